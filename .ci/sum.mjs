/**
 * Sums vitest's JSON reports: `sum.mjs <failed steps> <report>..` prints `N passed, N failed` and exits 1 on any failure.
 * A failed step that no failed test explains counts as one failure.
 */
import { readFileSync } from 'node:fs';

const [steps, ...files] = process.argv.slice(2);
let passed = 0;
let failed = 0;
let explained = 0;
for (const file of files) {
  const report = read(file);
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  const failures = report.numFailedTests + brokenFiles.length;
  passed += report.numPassedTests;
  failed += failures;
  if (failures > 0) explained += 1;
}
failed += Math.max(0, Number(steps) - explained);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

/** A run that wrote no report has no tests; its step has failed. */
function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, testResults: [] };
  }
}
