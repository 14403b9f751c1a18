import type { Fact } from './fact-list.tsx';
import classes from './fact-grid.module.css';

/** Many short facts, name above value, in as many columns as there is room for. */
export function FactGrid({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className={classes['grid']}>
      {facts.map(({ name, value }) => (
        <div key={name} className={classes['fact']}>
          <dt className={classes['name']}>{name}</dt>
          <dd className={classes['value']}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
