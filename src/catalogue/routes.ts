import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { requireKey } from '../http/audience.ts';
import { type CatalogueGround, importCatalogue, withoutEmpty } from './import-catalogue.ts';
import { catalogueInput } from './schema.ts';
import { catalogueStore } from './store.ts';

const name = z.object({ ja: z.string(), en: z.string().optional() });
const catalogueJson = z.object({
  services: z.array(
    z.object({
      key: z.string(),
      name,
      group: z.string().optional(),
      partOf: z.string().optional(),
      dependsOn: z.array(z.string()).optional(),
    }),
  ),
  facilities: z.array(
    z.object({ code: z.string(), name, service: z.string(), mailDomains: z.array(z.string()).optional() }),
  ),
  desks: z
    .array(
      z.object({
        key: z.string(),
        name,
        phone: z.string().optional(),
        url: z.string().optional(),
        hours: name.optional(),
      }),
    )
    .optional(),
});

/** The catalogue for programs. */
export function catalogueRoutes(app: FastifyInstance, ground: CatalogueGround & { announce: () => void }): void {
  const tags = ['catalogue'];
  app.put(
    '/api/v1/catalogue',
    {
      bodyLimit: 16_777_216,
      config: { audience: { who: 'key', scope: 'catalogue:write' } },
      schema: { tags, summary: 'Replace the catalogue', body: catalogueInput, response: { 200: catalogueJson } },
    },
    async (request) => {
      const key = requireKey(request);
      const catalogue = await importCatalogue(ground, { kind: 'key', id: key.id, name: key.name }, request.body);
      ground.announce();
      return withoutEmpty(catalogue);
    },
  );
  app.get(
    '/api/v1/catalogue',
    {
      config: { audience: { who: 'key', scope: 'catalogue:write' } },
      schema: { tags, summary: 'The catalogue as it stands', response: { 200: catalogueJson } },
    },
    async (_request, reply) =>
      reply.header('cache-control', 'no-store').send(withoutEmpty(await catalogueStore.load(ground.db.kysely))),
  );
}
