import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/config.ts';
import { schemaText } from './schema.ts';

/** `npm run schema` */
writeFileSync(join(packageRoot, 'docs', 'schema.sql'), await schemaText());
