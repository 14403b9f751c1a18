export const administration = {
  areasTitle: 'Areas and clusters',
  accountsTitle: 'Accounts',
  dictionaryTitle: 'Dictionary',
  auditTitle: 'Audit trail',
};
