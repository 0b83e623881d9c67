import type { z } from 'zod';

/** The params of an effect as an outbox gives them back; what its schema refuses or loses, a story shows. */
export function reread(schemas: Record<string, z.ZodType>, type: string, params: unknown): unknown {
  const schema = schemas[type];
  return schema === undefined ? params : schema.parse(JSON.parse(JSON.stringify(params)));
}
