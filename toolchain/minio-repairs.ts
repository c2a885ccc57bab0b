import type { ModuleCut } from "./go-cut.ts";

/**
 * Fixes for the last MinIO that is published as source. It authorized a request with the payload type
 * STREAMING-UNSIGNED-PAYLOAD-TRAILER by the access key alone. It did not check the signature if the key was in the
 * query (CVE-2026-41145), and never while it unpacked an archive (CVE-2026-40344).
 */
export const MINIO_REPAIRS: ModuleCut = {
  module: "github.com/minio/minio",
  edits: [
    {
      // All handlers read such a payload through this function. A key in the query authorizes a presigned request.
      file: "cmd/streaming-v4-unsigned.go",
      from: "\tif signature {\n",
      to:
        "\tif isRequestPresignedSignatureV4(req) {\n" +
        "\t\thashed := getContentSha256Cksum(req, serviceS3)\n" +
        "\t\tif errCode := doesPresignedSignatureMatch(hashed, req, globalSite.Region(), serviceS3); errCode != ErrNone {\n" +
        "\t\t\treturn nil, errCode\n" +
        "\t\t}\n" +
        "\t} else if signature {\n",
    },
    {
      // The handler that unpacks an archive did not support such a payload.
      file: "cmd/object-handlers.go",
      from: "\t\treader, s3Err = newSignV4ChunkedReader(r, rAuthType == authTypeStreamingSignedTrailer)\n",
      to:
        "\t\treader, s3Err = newSignV4ChunkedReader(r, rAuthType == authTypeStreamingSignedTrailer)\n" +
        "\t\tif s3Err != ErrNone {\n" +
        "\t\t\twriteErrorResponse(ctx, w, errorCodes.ToAPIErr(s3Err), r.URL)\n" +
        "\t\t\treturn\n" +
        "\t\t}\n" +
        "\tcase authTypeStreamingUnsignedTrailer:\n" +
        '\t\treader, s3Err = newUnsignedV4ChunkedReader(r, true, r.Header.Get(xhttp.Authorization) != "")\n',
    },
    {
      // The size is that of the archive, without the chunk headers.
      file: "cmd/object-handlers.go",
      from: "\tif rAuthType == authTypeStreamingSigned || rAuthType == authTypeStreamingSignedTrailer {\n",
      to: "\tif rAuthType == authTypeStreamingSigned || rAuthType == authTypeStreamingSignedTrailer || rAuthType == authTypeStreamingUnsignedTrailer {\n",
    },
  ],
};
