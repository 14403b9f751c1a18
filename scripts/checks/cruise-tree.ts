// Applies the boundaries to a tree of sources, by dependency-cruiser's library: its command line refuses Node 20, the library does not.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { VariableDeclarator } from '@swc/core';
import { Visitor } from '@swc/core/Visitor.js';
import { cruise } from 'dependency-cruiser';
import { BOUNDARIES } from './boundaries.ts';

export interface BoundaryViolation {
  rule: string;
  from: string;
  to: string;
}

export interface CruisedTree {
  /** Our own files that were read. A cruiser without a working TypeScript parser reads none and reports all is well. */
  modulesSeen: number;
  violations: BoundaryViolation[];
}

const FOLDERS = ['server', 'signing', 'edge-agent', 'web', 'scripts', 'tests'];

/** The visitor that the cruiser uses does not know `using` and stops there: it is shown the way through. */
function teachVisitorUsing(): void {
  const { visitStatement } = Visitor.prototype;
  Visitor.prototype.visitStatement = function visitStatementOrUsing(statement) {
    if ((statement.type as string) !== 'UsingDeclaration') return visitStatement.call(this, statement);
    const { decls } = statement as unknown as { decls: VariableDeclarator[] };
    this.visitVariableDeclarators(decls);
    return statement;
  };
}
teachVisitorUsing();

export async function cruiseTree(root: string): Promise<CruisedTree> {
  const folders = FOLDERS.filter((folder) => existsSync(join(root, folder)));
  const { output } = await cruise(
    folders,
    {
      baseDir: root,
      ruleSet: { forbidden: BOUNDARIES },
      validate: true,
      // swc reads our TypeScript (the cruiser does not know TypeScript 7) and tells `import type` apart, which the other parsers here do not.
      parser: 'swc',
      tsPreCompilationDeps: true,
      doNotFollow: { path: 'node_modules' },
      preserveSymlinks: true,
      exoticRequireStrings: [],
    },
    { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types', 'require'] },
  );
  if (typeof output === 'string') throw new Error('the cruiser gave a text instead of its findings');
  const ours = output.modules.filter((module) => FOLDERS.some((folder) => module.source.startsWith(`${folder}/`)));
  return {
    modulesSeen: ours.length,
    violations: output.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
  };
}
