import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';

const SCRIPT = new URL('../examples/embedded.mjs', import.meta.url).pathname;

describe('the core embedded in a script', () => {
  test('pays an artist for a play, without a server, a container or a database', async () => {
    const run = promisify(execFile)(process.execPath, ['--conditions=@backline/source', SCRIPT]);
    expect(await run).toEqual({ stdout: '8000 micro-dollars\n', stderr: '' });
  });

  test('takes ten lines besides its imports', async () => {
    const lines = (await readFile(SCRIPT, 'utf8')).split('\n').filter((line) => line !== '');
    const imports = lines.filter((line) => line.startsWith('import '));
    expect(imports.map((line) => line.split(' from ')[1])).toEqual([
      "'@backline/core';",
      "'@backline/memory';",
      "'./wav.ts';",
    ]);
    expect(lines.length - imports.length).toBeLessThanOrEqual(10);
  });
});
