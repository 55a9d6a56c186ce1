import type { FastifyRequest } from 'fastify';
import { type Destination, redacting } from './redact.ts';

/**
 * One event, one line of JSON. Lines carry the route and never the address, because tokens and mail addresses stand in paths; and
 * whatever else is logged passes redact().
 */
export function loggerOf(level: string, to: Destination) {
  return {
    level,
    stream: redacting(to),
    serializers: {
      req: (request: FastifyRequest) => ({
        method: request.method,
        route: request.routeOptions.url ?? 'unknown',
      }),
    },
  };
}
