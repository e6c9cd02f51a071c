import { catalogConformance } from '../catalog.conformance.ts';
import { memoryCatalog } from './memory-catalog.ts';

catalogConformance('memory catalogue', async () => memoryCatalog());
