import { sandboxConformance } from '../sandbox.conformance.ts';
import { quickjsSandbox } from './quickjs-sandbox.ts';

sandboxConformance('quickjs', quickjsSandbox);
