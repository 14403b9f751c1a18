// `npm run boundaries`: says which import crosses which boundary, and what to do instead.
import { BOUNDARIES } from './boundaries.ts';
import { cruiseTree } from './cruise-tree.ts';

const { modulesSeen, violations } = await cruiseTree(process.cwd());

for (const { rule, from, to } of violations) {
  console.error(`${from} -> ${to}\n  ${rule}: ${BOUNDARIES.find(({ name }) => name === rule)?.comment}`);
}
console.log(`${modulesSeen} modules seen, ${violations.length} violations`);
if (modulesSeen === 0 || violations.length > 0) process.exitCode = 1;
