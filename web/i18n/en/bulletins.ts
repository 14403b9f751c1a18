export const bulletins = { listTitle: 'Bulletins', editorTitle: 'Compose a bulletin', approvalTitle: 'Approvals' };
