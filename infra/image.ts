import { stage } from "./stage.ts";
import { version } from "./version.ts";

/** Graviton: the same work for 20 % less, on demand and on Spot. */
export const architecture = "arm64";

/**
 * The repository of the stage's images and its image, pinned by digest; undefined in `sst dev`, where sources run.
 * Built once here: SST would build it once per service, into an account-wide repository, with every link's value as
 * build secret.
 */
export const image = $dev ? undefined : build();

function build() {
  const repository = new aws.ecr.Repository(
    "Images",
    {
      name: `${$app.name}-${stage.name}`,
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfigurations: [{ encryptionType: "AES256" }],
      forceDelete: !stage.isProtected,
    },
    { protect: stage.isProtected },
  );
  keepNewest(repository);
  const tag = $interpolate`${repository.repositoryUrl}:${version}`;
  const cache = $interpolate`${repository.repositoryUrl}:cache`;
  const { digest } = new dockerbuild.Image("Image", {
    context: { location: $cli.paths.root },
    dockerfile: { location: `${$cli.paths.root}/Dockerfile` },
    platforms: [`linux/${architecture}`],
    tags: [tag],
    push: true,
    // `sst diff` needs no Docker; a Dockerfile that doesn't build is found by the check.
    buildOnPreview: false,
    cacheFrom: [{ registry: { ref: cache } }],
    cacheTo: [{ registry: { ref: cache, imageManifest: true, ociMediaTypes: true, mode: "max" } }],
    registries: [credentials(repository)],
  });
  return { repositoryArn: repository.arn, uri: $interpolate`${repository.repositoryUrl}@${digest}` };
}

/**
 * A rollback needs old images. A deploy leaves up to three (index, image, provenance): a hundred are the last 33
 * deploys.
 */
function keepNewest(repository: aws.ecr.Repository) {
  const selection = { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 100 };
  new aws.ecr.LifecyclePolicy("ImagesLifecycle", {
    repository: repository.name,
    policy: $jsonStringify({ rules: [{ rulePriority: 1, selection, action: { type: "expire" } }] }),
  });
}

function credentials(repository: aws.ecr.Repository) {
  const token = aws.ecr.getAuthorizationTokenOutput({ registryId: repository.registryId });
  return token.apply(({ proxyEndpoint, userName, password }) => ({
    address: proxyEndpoint,
    username: userName,
    password: $util.secret(password),
  }));
}
