import type { Service } from './catalogue.ts';

/**
 * The services that hang on one of these, directly or through another, in the operator's order: where the ID system fails, everything
 * that signs in by it. A suggestion; who knows better edits the list.
 */
export function dependentsOf(services: readonly Service[], failed: readonly string[]): Service[] {
  const reached = new Set(failed);
  for (let size = -1; size !== reached.size; ) {
    size = reached.size;
    for (const { key, dependsOn = [] } of services) if (dependsOn.some((one) => reached.has(one))) reached.add(key);
  }
  return services.filter(({ key }) => reached.has(key) && !failed.includes(key));
}
