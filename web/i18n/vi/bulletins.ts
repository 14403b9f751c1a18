import { compose, field, list } from './compose.ts';

export const bulletins = { listTitle: 'Bản tin', editorTitle: 'Soạn bản tin', approvalTitle: 'Phê duyệt', compose, field, list };
