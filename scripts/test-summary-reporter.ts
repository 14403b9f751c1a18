// Counts for scripts/test, which prints them as the very last line.
import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule, TestSuite } from 'vitest/node';

/** A hook or an import that failed outside of any test: its tests did not run, which must not look like success. */
function countBrokenSuites(modules: ReadonlyArray<TestModule>): number {
  const broken = (suite: TestModule | TestSuite) => (suite.errors().length > 0 ? 1 : 0);
  return modules.reduce(
    (sum, module) => sum + broken(module) + [...module.children.allSuites()].reduce((all, suite) => all + broken(suite), 0),
    0,
  );
}

export function summariseRun(modules: ReadonlyArray<TestModule>, unhandled: ReadonlyArray<SerializedError>): string {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const count = (state: string) => tests.filter((test) => test.result().state === state).length;
  const skipped = count('skipped');
  const failed = count('failed') + count('pending') + countBrokenSuites(modules) + unhandled.length;
  return `${count('passed')} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

// Vitest constructs what the file exports by default.
export default class TestSummaryReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandled: ReadonlyArray<SerializedError>): void {
    const path = process.env.TEST_SUMMARY_FILE;
    if (path !== undefined && modules.length > 0) writeFileSync(path, `${summariseRun(modules, unhandled)}\n`);
  }
}
