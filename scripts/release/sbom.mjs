// The list of what a release is made from, in the form of CycloneDX 1.6: https://cyclonedx.org/docs/1.6/json/
const licences = (expression) => (expression ? [{ expression }] : []);

/** The bill of materials as an object: the same facts give the same. */
export function sbom({ version, crates, npmPackages, rustVersion, committedAt }) {
  const cargo = (name, version) => `pkg:cargo/${name}@${version}`;
  const npm = (name, version) => `pkg:npm/${name.replace("@", "%40")}@${version}`;
  const top = cargo("pos-offline", version);
  const component = (ref, { name, version, licence, sum }, algorithm, scope) => ({
    type: "library",
    "bom-ref": ref,
    name,
    version,
    scope,
    ...(sum && { hashes: [{ alg: algorithm, content: sum }] }),
    licenses: licences(licence),
    purl: ref,
  });
  const standard = { name: "std", version: rustVersion, licence: "MIT OR Apache-2.0" };
  const refOf = (named) => cargo(...named.split(/@(?=[^@]+$)/));
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      timestamp: committedAt,
      component: { type: "library", "bom-ref": top, name: "pos-offline", version, licenses: licences("MIT"), purl: top },
    },
    components: [
      ...crates.map((crate) => component(cargo(crate.name, crate.version), crate, "SHA-256", crate.shipped ? "required" : "excluded")),
      component(`pkg:generic/rust-std@${rustVersion}`, standard, "", "required"),
      ...npmPackages.map((one) => component(npm(one.name, one.version), one, "SHA-512", "excluded")),
    ],
    dependencies: [
      { ref: top, dependsOn: crates.map(({ name, version }) => cargo(name, version)) },
      ...crates.map(({ name, version, needs }) => ({ ref: cargo(name, version), dependsOn: needs.map(refOf) })),
    ],
  };
}
