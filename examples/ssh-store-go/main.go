// A store on two machines over SSH, with a bucket and its user.
package main

import (
	"example.com/pulumi-swarm/sdk/go/swarm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		hosts, err := swarm.NewSshHosts(ctx, "hosts", &swarm.SshHostsArgs{
			Hosts: map[string]swarm.SshHostArgs{
				"a": {Address: pulumi.String("192.0.2.1")},
				"b": {Address: pulumi.String("192.0.2.2")},
			},
			Defaults: &swarm.SshHostDefaultsArgs{
				Drives: map[string]swarm.DriveArgs{"d1": {Path: pulumi.StringRef("/mnt/disk1")}},
				Labels: map[string]string{"disk": "ssd"},
			},
		})
		if err != nil {
			return err
		}
		cluster, err := swarm.NewSwarm(ctx, "swarm", &swarm.SwarmArgs{
			Managers: swarm.HostArray{hosts.Hosts.MapIndex(pulumi.String("a"))},
			Workers:  swarm.HostArray{hosts.Hosts.MapIndex(pulumi.String("b"))},
		})
		if err != nil {
			return err
		}
		network, err := swarm.NewOverlayNetwork(ctx, "network", &swarm.OverlayNetworkArgs{Swarm: cluster})
		if err != nil {
			return err
		}
		store, err := swarm.NewMinioService(ctx, "store", &swarm.MinioServiceArgs{Swarm: cluster, Network: network})
		if err != nil {
			return err
		}
		bucket, err := swarm.NewMinioBucket(ctx, "photos", &swarm.MinioBucketArgs{Store: store})
		if err != nil {
			return err
		}
		app, err := swarm.NewMinioUser(ctx, "app", &swarm.MinioUserArgs{
			Store:  store,
			Access: map[string]swarm.BucketAccess{"photos": swarm.BucketAccessReadwrite},
		})
		if err != nil {
			return err
		}
		ctx.Export("endpoints", store.Endpoints)
		ctx.Export("bucketName", bucket.BucketName)
		ctx.Export("accessKey", app.AccessKey)
		ctx.Export("secretKey", app.SecretKey)
		return nil
	})
}
