import { testOutbox } from '../outbox.conformance.ts';
import { memoryOutbox } from './memory-outbox.ts';

testOutbox('memory', async () => memoryOutbox());
