// Enforces network policies on a lab's node with iptables and ipset: only the policy controller of kube-router.
package main

import (
	"context"
	"os"
	"sync"
	"time"

	"github.com/cloudnativelabs/kube-router/v2/pkg/controllers/netpol"
	"github.com/cloudnativelabs/kube-router/v2/pkg/healthcheck"
	"github.com/cloudnativelabs/kube-router/v2/pkg/options"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
)

// must returns the value, or ends the program on an error.
func must[T any](value T, err error) T {
	if err != nil {
		klog.Fatal(err)
	}
	return value
}

// untilAddressed waits until a node exists and has addresses, because the controller reads them only once.
func untilAddressed(client kubernetes.Interface, name string) {
	for {
		node, err := client.CoreV1().Nodes().Get(context.Background(), name, metav1.GetOptions{})
		if err == nil && len(node.Status.Addresses) > 0 {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// Arguments: the kubeconfig, the node's name, the range of the Services' addresses.
func main() {
	if len(os.Args) != 4 {
		klog.Fatal("usage: network-policies <kubeconfig> <node> <service range>")
	}
	client := must(kubernetes.NewForConfig(must(clientcmd.BuildConfigFromFlags("", os.Args[1]))))
	untilAddressed(client, os.Args[2])
	config := options.NewKubeRouterConfig()
	config.HostnameOverride = os.Args[2]
	config.ClusterIPCIDRs = []string{os.Args[3]}
	config.EnableIPv4 = true

	factory := informers.NewSharedInformerFactory(client, 0)
	pods := factory.Core().V1().Pods().Informer()
	namespaces := factory.Core().V1().Namespaces().Informer()
	policies := factory.Networking().V1().NetworkPolicies().Informer()
	iptables, ipsets, err := netpol.NewIPTablesHandlers(config)
	if err != nil {
		klog.Fatal(err)
	}
	controller := must(netpol.NewNetworkPolicyController(
		client, config, pods, policies, namespaces, &sync.Mutex{}, iptables, ipsets))
	must(pods.AddEventHandler(controller.PodEventHandler))
	must(namespaces.AddEventHandler(controller.NamespaceEventHandler))
	must(policies.AddEventHandler(controller.NetworkPolicyEventHandler))

	stop := make(chan struct{})
	factory.Start(stop)
	factory.WaitForCacheSync(stop)
	// Discards health reports, because nothing reads them.
	health := make(chan *healthcheck.ControllerHeartbeat, 10)
	go func() {
		for range health {
		}
	}()
	var running sync.WaitGroup
	running.Add(1)
	controller.Run(health, stop, &running)
}
