"""A store on two machines over SSH, with a bucket and its user."""

import pulumi
import pulumi_swarm as swarm

hosts = swarm.SshHosts(
    "hosts",
    hosts={
        "a": swarm.SshHostArgs(address="192.0.2.1"),
        "b": swarm.SshHostArgs(address="192.0.2.2"),
    },
    defaults=swarm.SshHostDefaultsArgs(
        drives={"d1": swarm.DriveArgs(path="/mnt/disk1")},
        labels={"disk": "ssd"},
    ),
)
cluster = swarm.Swarm(
    "swarm",
    managers=[hosts.hosts["a"]],
    workers=[hosts.hosts["b"]],
)
network = swarm.OverlayNetwork("network", swarm=cluster)
store = swarm.MinioService("store", swarm=cluster, network=network)
bucket = swarm.MinioBucket("photos", store=store)
app = swarm.MinioUser("app", store=store, access={"photos": swarm.BucketAccess.READWRITE})

pulumi.export("endpoints", store.endpoints)
pulumi.export("bucketName", bucket.bucket_name)
pulumi.export("accessKey", app.access_key)
pulumi.export("secretKey", app.secret_key)
