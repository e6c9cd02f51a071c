import { mkdirSync, writeFileSync } from 'node:fs';
import { billOfMaterials, licenceList, licenceProblems, shippedPackages } from './supply-chain.ts';

// Writes the bill of materials and the licences of all shipped packages. Exit code 1 for a forbidden licence.

const packages = shippedPackages();
const folder = new URL('../dist/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('sbom.cdx.json', folder), `${JSON.stringify(billOfMaterials(packages), null, 2)}\n`);
writeFileSync(new URL('licences.txt', folder), licenceList(packages));

const counts = new Map<string, number>();
for (const { license } of packages) counts.set(license ?? 'none', (counts.get(license ?? 'none') ?? 0) + 1);
for (const [license, count] of [...counts].sort((a, b) => b[1] - a[1]))
  console.log(`${String(count).padStart(4)}  ${license}`);
console.log(`\n${packages.length} packages: dist/sbom.cdx.json (CycloneDX 1.6), dist/licences.txt`);
for (const problem of licenceProblems(packages)) {
  console.error(problem);
  process.exitCode = 1;
}
