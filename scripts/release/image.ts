type Building = {
  /** Runs buildah in the checkout. */
  buildah(...args: string[]): Promise<string>;
  tag: string;
  options: readonly string[];
  /** The file to write. */
  archive: string;
};

/** Builds the image of a checkout and writes it as an archive of OCI, which `docker load` and `podman load` read. */
export async function buildImage({ buildah, tag, options, archive }: Building): Promise<void> {
  await buildah('build', ...options, '-f', 'deploy/container/Dockerfile', '-t', tag, '.');
  await buildah('push', '--quiet', tag, `oci-archive:${archive}:${tag}`);
}
