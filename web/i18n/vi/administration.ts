export const administration = {
  areasTitle: 'Địa bàn và cụm loa',
  accountsTitle: 'Tài khoản',
  dictionaryTitle: 'Từ điển',
  auditTitle: 'Nhật ký thao tác',
};
