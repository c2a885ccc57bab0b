// Enforces network policies on the node of a lab, by iptables and ipset: the policy controller of kube-router, without
// all else that it does.
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

// must gives back the value, or ends the program.
func must[T any](value T, err error) T {
	if err != nil {
		klog.Fatal(err)
	}
	return value
}

// untilAddressed waits for a node to be there and to have addresses, which the controller asks for once.
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
	// Nobody asks how it is: what it says of that is taken and left.
	health := make(chan *healthcheck.ControllerHeartbeat, 10)
	go func() {
		for range health {
		}
	}()
	var running sync.WaitGroup
	running.Add(1)
	controller.Run(health, stop, &running)
}
