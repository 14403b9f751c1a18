import { Text } from '@mantine/core';
import { Fragment, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './data-table.module.css';

export interface Column<Row> {
  key: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** Heads the card on a telephone; the first column, unless one is named. */
  isTitle?: boolean;
  isNumber?: boolean;
}

interface DataTableProps<Row> {
  /** What the table is of, for those who hear it. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** Name of what a row belongs to; a heading stands before the first of each. Rows of one group must follow each other. */
  groupOf?: (row: Row) => string;
  /** Shown in place of rows; say what to do first with an EmptyState. */
  empty?: ReactNode;
}

/** A table, and below 768 px a card a row. The roles are named because a table laid out as cards loses them. */
export function DataTable<Row>({ caption, columns, rows, rowKey, groupOf, empty }: DataTableProps<Row>) {
  const { t } = useTranslation();
  if (rows.length === 0) return <>{empty ?? <Text c="dimmed">{t('ui.emptyTable')}</Text>}</>;
  const title = columns.find((column) => column.isTitle) ?? columns[0];
  const classOf = (column: Column<Row>, base: string) =>
    [classes[base], column.isNumber && classes['number'], column === title && base === 'cell' && classes['title']]
      .filter(Boolean)
      .join(' ');
  return (
    <table role="table" className={classes['table']}>
      <caption className={classes['caption']}>{caption}</caption>
      <thead role="rowgroup" className={classes['headRow']}>
        <tr role="row">
          {columns.map((column) => (
            <th key={column.key} role="columnheader" scope="col" className={classOf(column, 'head')}>
              {column.header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup" className={classes['body']}>
        {rows.map((row, index) => {
          const group = groupOf?.(row);
          const before = rows[index - 1];
          const isFirst = group !== undefined && (before === undefined || groupOf?.(before) !== group);
          return (
            <Fragment key={rowKey(row)}>
              {isFirst && (
                <tr role="row" className={classes['groupRow']}>
                  <th role="rowheader" scope="rowgroup" colSpan={columns.length} className={classes['group']}>
                    {group}
                  </th>
                </tr>
              )}
              <tr role="row" className={classes['row']}>
                {columns.map((column) => (
                  <td key={column.key} role="cell" data-label={column.header} className={classOf(column, 'cell')}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            </Fragment>
          );
        })}
      </tbody>
    </table>
  );
}
