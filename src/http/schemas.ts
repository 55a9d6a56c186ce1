import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, serializerCompiler } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { parse } from './forms.ts';

/**
 * Routes state their zod schemas once: input is checked by them (every wrong field named, as in forms), answers lose what they
 * do not declare and describeApi() tells programs of them.
 */
export async function useSchemas(app: FastifyInstance, publicUrl: string): Promise<void> {
  app.setValidatorCompiler<z.ZodType>(({ schema }) => (data) => {
    try {
      return { value: parse(schema, data) };
    } catch (error) {
      return { error: error as Error };
    }
  });
  app.setSerializerCompiler(serializerCompiler);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Shirase',
        description: 'Notices on faults and planned works, their alert mails, and whether a mailbox is affected.',
        version: '1',
      },
      servers: [{ url: publicUrl }],
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer', description: 'A key made with `shirase key add`.' },
          session: { type: 'apiKey', in: 'cookie', name: 'session', description: 'A signed-in customer.' },
        },
      },
    },
    transform: (input) => {
      const audience = input.route.config?.audience;
      const hidden = !input.url.startsWith('/api/');
      const security =
        audience?.who === 'key' ? [{ key: [audience.scope] }] : audience?.who === 'customer' ? [{ session: [] }] : [];
      return jsonSchemaTransform({ ...input, schema: { ...input.schema, hide: hidden, security } });
    },
  });
}

/** What has been said of all routes, as OpenAPI. */
export function describeApi(app: FastifyInstance): void {
  app.get(
    '/api/openapi.json',
    { config: { audience: { who: 'everyone' } }, schema: { hide: true } },
    async (_request, reply) =>
      reply
        .header('access-control-allow-origin', '*')
        .header('cache-control', 'public, max-age=300')
        .send(app.swagger()),
  );
}
