"""Exercises the S3 API with boto3 and prints what a client sees, as JSON: one entry for each request.

Arguments: endpoint, bucket. Credentials: the usual environment variables. Two endpoints of one store give the same
output: values that differ between requests, such as times and random ids, are masked.
"""

import hashlib
import json
import re
import sys

import boto3
import urllib3
from boto3.s3.transfer import TransferConfig
from botocore.client import Config
from botocore.exceptions import ClientError

ENDPOINT, BUCKET = sys.argv[1:]
KEYS = [
    "plain",
    "a b/c  d",
    "ä/ö/漢字/😀",
    "plus+percent%2Fand%25",
    "q?x=1&y#z",
    ";,:@!$'()*",
    "dots../..x/...z",
    "slashes//in///it",
    "back\\slash",
    "~^`{}|<>\"[]",
    "tab\tkey",
    "folder/",
    "long/" + "x" * 200,
]
# Different for each request.
MASKED_FIELDS = {
    "ContinuationToken",
    "Date",
    "HostId",
    "Initiated",
    "LastModified",
    "NextContinuationToken",
    "NextVersionIdMarker",
    "RequestId",
    "UploadId",
    "VersionId",
}
# Of the connection.
IGNORED_HEADERS = {"connection", "keep-alive"}
MASKED_HEADERS = {
    "date",
    "last-modified",
    "x-amz-id-2",
    "x-amz-request-id",
    "x-amz-version-id",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
}

results = []


def masked(value):
    if isinstance(value, dict):
        return {key: "…" if key in MASKED_FIELDS and value[key] else masked(value[key]) for key in sorted(value)}
    if isinstance(value, (list, tuple)):
        return [masked(each) for each in value]
    if isinstance(value, bytes) and value.startswith(b"<?xml"):
        value = re.sub("<({0})>[^<]*</({0})>".format("|".join(MASKED_FIELDS)), r"<\1>…</\1>", value.decode())
    if isinstance(value, bytes):
        return f"{len(value)} bytes, {hashlib.sha256(value).hexdigest()}"
    return str(value).replace(BUCKET, "BUCKET").replace(ENDPOINT, "ENDPOINT")


def headers_of(headers):
    """Header names have no case, except the user's own metadata, which clients return by the rest of the name."""
    prefix = "x-amz-meta-"
    named = lambda name: prefix + name[len(prefix) :] if name.lower().startswith(prefix) else name.lower()
    return {
        named(name): "…" if name.lower() in MASKED_HEADERS else value
        for name, value in headers.items()
        if name.lower() not in IGNORED_HEADERS
    }


def record(name, response):
    results.append([name, masked(response)])


def call(name, operation, **arguments):
    """Records the response of one operation, or its error. Returns the response."""
    try:
        response = getattr(s3, operation)(Bucket=BUCKET, **arguments)
    except ClientError as error:
        response = error.response
    meta = response.pop("ResponseMetadata", {})
    if "Body" in response:
        response["Body"] = response["Body"].read()
    if "Payload" in response:
        response["Payload"] = list(response["Payload"])
    record(name, {**response, "status": meta.get("HTTPStatusCode"), "headers": headers_of(meta.get("HTTPHeaders", {}))})
    return response


def plain(name, method, url, **options):
    """Records the response to a request as it is, without decoding it, and with the names of headers as received."""
    response = http.request(method, url, decode_content=False, redirect=False, **options)
    record(name, {"status": response.status, "headers": headers_of(response.headers), "body": response.data})


def data(size, seed=0):
    """Bytes that no proxy can compress."""
    block = b"".join(hashlib.sha256(f"{seed} {at}".encode()).digest() for at in range(32768))
    return (block * (size // len(block) + 1))[:size]


def unusual_keys():
    for number, key in enumerate(KEYS):
        call(f"put {key}", "put_object", Key=key, Body=data(1000 + number))
        call(f"head {key}", "head_object", Key=key)
        call(f"get {key}", "get_object", Key=key)
        plain(f"presigned get {key}", "GET", s3.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": key}))
    call("list", "list_objects_v2")
    call("list, encoded", "list_objects_v2", EncodingType="url")
    call("list folders", "list_objects_v2", Delimiter="/")


def metadata():
    own = {"author": "a", "under_score": "1", "dot.ted": "2", "both_of.them": "3", "Mixed-Case": "4", "UPPER": "5", "empty": ""}
    call(
        "put with metadata",
        "put_object",
        Key="metadata",
        Body=b"x",
        Metadata=own,
        ContentType="text/x-own; charset=utf-8",
        CacheControl="max-age=60, private",
        ContentDisposition="attachment; filename=\"a b.txt\"; filename*=UTF-8''%e4",
        ContentLanguage="de, en",
        Expires="Thu, 01 Jan 2032 00:00:00 GMT",
        StorageClass="STANDARD",
    )
    call("head with metadata", "head_object", Key="metadata")
    call("get with metadata", "get_object", Key="metadata")
    call("copy", "copy_object", Key="copied", CopySource={"Bucket": BUCKET, "Key": "metadata"})
    call("head the copy", "head_object", Key="copied")
    replaced = {"CopySource": {"Bucket": BUCKET, "Key": "ä/ö/漢字/😀"}, "MetadataDirective": "REPLACE", "Metadata": {"new": "n"}}
    call("copy with other metadata", "copy_object", Key="copied", **replaced)
    call("head that copy", "head_object", Key="copied")
    many = {f"m{number}": str(number) for number in range(70)}
    call("put with many headers", "put_object", Key="many", Body=b"", Metadata=many)
    call("head with many headers", "head_object", Key="many")
    call("put with a large header", "put_object", Key="large", Body=b"", Metadata={"large": "x" * 1900})
    call("head with a large header", "head_object", Key="large")
    call("put with too large a header", "put_object", Key="large", Body=b"", Metadata={"large": "x" * 12000})


def encodings():
    """An object that was stored compressed is returned as it is, whatever the client accepts."""
    call("put compressed", "put_object", Key="packed", Body=data(5000), ContentEncoding="gzip", ContentType="text/plain")
    url = s3.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "packed"})
    for accepted in [None, "gzip", "identity", "gzip, deflate, br, zstd"]:
        headers = {"Accept-Encoding": accepted or urllib3.util.SKIP_HEADER}
        plain(f"get compressed, accepting {accepted}", "GET", url, headers=headers)
    call("put text", "put_object", Key="text", Body=b"compressible " * 5000, ContentType="text/plain")
    url = s3.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "text"})
    plain("get text, accepting gzip", "GET", url, headers={"Accept-Encoding": "gzip"})


def multipart():
    part = 5 * 1024 * 1024
    body = data(2 * part + 12345, seed="multipart")
    upload = call("create upload", "create_multipart_upload", Key="multi", Metadata={"parts": "3"})["UploadId"]
    parts = []
    for number in range(1, 4):
        chunk = body[(number - 1) * part : number * part]
        sent = call(f"part {number}", "upload_part", Key="multi", UploadId=upload, PartNumber=number, Body=chunk)
        parts.append({"PartNumber": number, "ETag": sent["ETag"]})
    call("list parts", "list_parts", Key="multi", UploadId=upload)
    call("list uploads", "list_multipart_uploads", Prefix="multi")
    call("complete", "complete_multipart_upload", Key="multi", UploadId=upload, MultipartUpload={"Parts": parts})
    call("get", "get_object", Key="multi")
    call("get part 2", "get_object", Key="multi", PartNumber=2)
    upload = call("create another", "create_multipart_upload", Key="multi2")["UploadId"]
    source = {"CopySource": {"Bucket": BUCKET, "Key": "multi"}, "CopySourceRange": "bytes=0-99"}
    call("copy a part", "upload_part_copy", Key="multi2", UploadId=upload, PartNumber=1, **source)
    call("complete with a wrong part", "complete_multipart_upload", Key="multi2", UploadId=upload,
         MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": '"0"'}]})
    call("abort", "abort_multipart_upload", Key="multi2", UploadId=upload)
    call("abort again", "abort_multipart_upload", Key="multi2", UploadId=upload)


def transfers():
    """Several connections at once, as `upload_file` and `download_file` use them."""
    body = data(24 * 1024 * 1024 + 1, seed="transfer")
    config = TransferConfig(multipart_threshold=5 * 1024 * 1024, multipart_chunksize=5 * 1024 * 1024, max_concurrency=8)
    with open("transfer", "wb") as file:
        file.write(body)
    s3.upload_file("transfer", BUCKET, "transfer", Config=config, ExtraArgs={"Metadata": {"kind": "transfer"}})
    s3.download_file(BUCKET, "transfer", "received", Config=config)
    with open("received", "rb") as file:
        record("transfer", file.read() == body)
    call("head a transfer", "head_object", Key="transfer")


def ranges():
    for asked in ["bytes=0-0", "bytes=10-99", "bytes=-5", "bytes=990-", "bytes=0-5000", "bytes=5000-6000", "nonsense"]:
        call(f"range {asked}", "get_object", Key="plain", Range=asked)


def presigned():
    sign = s3.generate_presigned_url
    own = {"Bucket": BUCKET, "Key": "presigned/ä b+c"}
    plain("presigned put", "PUT", sign("put_object", own), body=data(2000))
    plain("presigned put of nothing", "PUT", sign("put_object", {**own, "Key": "nothing"}), body=b"")
    plain("presigned chunked put", "PUT", sign("put_object", own), body=iter([b"a" * 10, b"b" * 20]))
    override = {**own, "ResponseContentDisposition": "attachment; filename=x", "ResponseContentType": "a/b"}
    plain("presigned get with overrides", "GET", sign("get_object", override))
    plain("presigned head", "HEAD", sign("head_object", own))
    plain("a wrong signature", "GET", sign("get_object", own).replace("Signature=", "Signature=0"))
    post = s3.generate_presigned_post(BUCKET, "posted", Fields={"success_action_status": "201"}, Conditions=[{"success_action_status": "201"}])
    plain("post form", "POST", post["url"], fields={**post["fields"], "file": ("name", b"posted")})
    plain("anonymous", "GET", f"{ENDPOINT}/{BUCKET}/plain")
    preflight = {"Origin": "http://client.example", "Access-Control-Request-Method": "PUT"}
    plain("preflight of a browser", "OPTIONS", f"{ENDPOINT}/{BUCKET}/plain", headers=preflight)


def tags():
    call("put with tags", "put_object", Key="tagged", Body=b"x", Tagging="a=1&b%20c=x%2By")
    call("get tags", "get_object_tagging", Key="tagged")
    call("change tags", "put_object_tagging", Key="tagged", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    call("get changed tags", "get_object_tagging", Key="tagged")
    call("head with tags", "head_object", Key="tagged")
    call("delete tags", "delete_object_tagging", Key="tagged")
    call("tag the bucket", "put_bucket_tagging", Tagging={"TagSet": [{"Key": "team", "Value": "the blue one"}]})
    call("get the bucket's tags", "get_bucket_tagging")


def versions():
    call("enable versions", "put_bucket_versioning", VersioningConfiguration={"Status": "Enabled"})
    call("get versioning", "get_bucket_versioning")
    first = call("first version", "put_object", Key="versioned", Body=b"1").get("VersionId", "")
    call("second version", "put_object", Key="versioned", Body=b"2")
    call("get the first version", "get_object", Key="versioned", VersionId=first)
    call("delete", "delete_object", Key="versioned")
    call("get what was deleted", "get_object", Key="versioned")
    call("list versions", "list_object_versions", Prefix="versioned")
    call("delete the first version", "delete_object", Key="versioned", VersionId=first)
    call("list versions again", "list_object_versions", Prefix="versioned")


def conditions():
    tag = call("head for its tag", "head_object", Key="plain")["ETag"]
    call("get if it matches", "get_object", Key="plain", IfMatch=tag)
    call("get if it does not match", "get_object", Key="plain", IfMatch='"0"')
    call("get if none matches", "get_object", Key="plain", IfNoneMatch=tag)
    call("get if modified", "get_object", Key="plain", IfModifiedSince="Thu, 01 Jan 2099 00:00:00 GMT")
    call("get if unmodified", "get_object", Key="plain", IfUnmodifiedSince="Thu, 01 Jan 2015 00:00:00 GMT")
    call("put if it is new", "put_object", Key="conditional", Body=b"1", IfNoneMatch="*")
    call("put if it is new, again", "put_object", Key="conditional", Body=b"2", IfNoneMatch="*")
    call("put if it matches", "put_object", Key="conditional", Body=b"3", IfMatch='"0"')


def bulk():
    names = [f"bulk/{number:04}" for number in range(150)]
    for name in names:
        s3.put_object(Bucket=BUCKET, Key=name, Body=b"")
    token = {}
    for page in range(4):
        listed = call(f"page {page}", "list_objects_v2", Prefix="bulk/", MaxKeys=50, **token)
        if "NextContinuationToken" not in listed:
            break
        token = {"ContinuationToken": listed["NextContinuationToken"]}
    objects = [{"Key": name} for name in [*names, "bulk/missing", "bulk/ä & <b>"]]
    deleted = call("delete many", "delete_objects", Delete={"Objects": objects})
    record("deleted", sorted(each["Key"] for each in deleted.get("Deleted", [])))
    call("list what is left", "list_objects_v2", Prefix="bulk/")


def checksums():
    for algorithm in ["CRC32", "SHA1", "SHA256"]:
        call(f"put with {algorithm}", "put_object", Key=f"sum-{algorithm}", Body=data(70000), ChecksumAlgorithm=algorithm)
        call(f"head with {algorithm}", "head_object", Key=f"sum-{algorithm}", ChecksumMode="ENABLED")
    call("put with a wrong checksum", "put_object", Key="sum", Body=b"x", ChecksumSHA256="A" * 43 + "=")
    call("put with a wrong MD5", "put_object", Key="sum", Body=b"x", ContentMD5="A" * 22 + "==")


def bucket_settings():
    rule = {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 1}}
    call("set lifecycle", "put_bucket_lifecycle_configuration", LifecycleConfiguration={"Rules": [rule]})
    call("get lifecycle", "get_bucket_lifecycle_configuration")
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/public/*"}
    call("set policy", "put_bucket_policy", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    call("get policy", "get_bucket_policy")
    call("get location", "get_bucket_location")


def other():
    csv = {"CSV": {"FileHeaderInfo": "USE"}}
    call("put a table", "put_object", Key="table", Body=b"a,b\n1,2\n3,4\n")
    call("select from it", "select_object_content", Key="table", Expression="select s.b from s3object s",
         ExpressionType="SQL", InputSerialization=csv, OutputSerialization={"CSV": {}})
    call("get a missing key", "get_object", Key="missing")
    call("head a missing key", "head_object", Key="missing")
    call("delete a missing key", "delete_object", Key="missing")
    call("create the bucket again", "create_bucket")


http = urllib3.PoolManager(retries=False)
s3 = boto3.client(
    "s3",
    endpoint_url=ENDPOINT,
    region_name="us-east-1",
    config=Config(signature_version="s3v4", s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
)
call("create the bucket", "create_bucket")
for exercise in [unusual_keys, metadata, encodings, multipart, transfers, ranges, presigned, tags, conditions, bulk,
                 checksums, bucket_settings, other, versions]:
    exercise()
json.dump(results, sys.stdout, ensure_ascii=False)
