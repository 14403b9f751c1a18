import { compose, field, list } from './compose.ts';

export const bulletins = {
  listTitle: 'Bulletins',
  editorTitle: 'Compose a bulletin',
  approvalTitle: 'Approvals',
  compose,
  field,
  list,
};
