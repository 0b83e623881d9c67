import { it } from 'vitest';
import { inputsOf, keyOf, definition } from './cover.ts';
import { freshRecord, ROOM } from './support.ts';
import { step } from '../../src/durable/step.ts';
it('x', () => {
  const seen = new Map<string, unknown>(); const queue = [freshRecord(ROOM, {})] as any[];
  seen.set(keyOf(queue[0])!, 1);
  const t0 = Date.now();
  while (queue.length > 0 && Date.now() - t0 < 100000 && seen.size < 4000) {
    const r = queue.shift();
    for (const i of inputsOf(r)) { const n = step(definition, r, [i]).record as any; const k = keyOf(n); if (k === null || seen.has(k)) continue; seen.set(k, 1); queue.push(n); }
  }
  const by: Record<string, number> = {};
  for (const k of seen.keys()) { const a = JSON.parse(k.startsWith('[') ? k : '["done"]'); by[a[0]] = (by[a[0]] ?? 0) + 1; }
  for (const k of [...seen.keys()].filter((k)=>k.startsWith('["idle')).slice(0,3000).filter((_,i)=>i%60===0)) console.log(k);
  console.log(seen.size, queue.length, JSON.stringify(by));
}, 120000);
