package lookup

import (
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/inject"
)

// TestIANA: what IANA's registries of special-purpose addresses have that is not globally reachable
// is not dialled, from its first address to its last; private networks are the administrator's to
// deny.
func TestIANA(t *testing.T) {
	for _, block := range []string{
		// https://www.iana.org/assignments/iana-ipv4-special-registry/
		"0.0.0.0/8", "0.0.0.0/32", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.0.0/29", "192.0.0.8/32", "192.0.0.170/31", "192.0.2.0/24",
		"198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "255.255.255.255/32",
		// https://www.iana.org/assignments/iana-ipv6-special-registry/
		"::1/128", "::/128", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001::/32", "2001:2::/48", "2001:10::/28", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fe80::/10",
	} {
		prefix := netip.MustParsePrefix(block)
		last := prefix.Addr().AsSlice()
		for bit := prefix.Bits(); bit < len(last)*8; bit++ {
			last[bit/8] |= 1 << (7 - bit%8)
		}
		end, _ := netip.AddrFromSlice(last)
		for _, ip := range []netip.Addr{prefix.Addr(), end} {
			if err := checkAddress(netip.AddrPortFrom(ip, 443).String(), builtinDeny(), nil); !errors.Is(err, errDenied) {
				t.Errorf("%s, of %s, may be dialled: %v", ip, block, err)
			}
		}
	}
}

// TestPrivateAddressesAreToldInOneWord: what does not answer, refuses, speaks no TLS or has a
// certificate of a stranger at a private address is told in the same word; where the administrator
// allows the address, or it is no private one, in its own.
func TestPrivateAddressesAreToldInOneWord(t *testing.T) {
	quiet := log.New(io.Discard, "", 0)
	stranger := httptest.NewUnstartedServer(http.NotFoundHandler())
	stranger.Config.ErrorLog = quiet
	stranger.StartTLS()
	defer stranger.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	pod := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "app"}}}}
	own := map[inject.Reason]bool{}
	for _, server := range []*httptest.Server{stranger, plain, gone} {
		for _, private := range []bool{true, false} {
			finder, err := New(config.Registry{Budget: time.Minute, Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}, Around{})
			if err != nil {
				t.Fatal(err)
			}
			finder.registry.transport.(*outlet).private = func(string) bool { return private }
			pod.Spec.Containers[0].Image = server.Listener.Addr().String() + "/web:1"
			got := finder.Ask(t.Context(), pod, []string{"app"}, nil)["app"].Reason
			if private && got != inject.ReasonRegistryUnavailable {
				t.Errorf("what listens at a private address is told: %s", got)
			}
			if !private {
				own[got] = true
			}
		}
	}
	listed, err := New(config.Registry{Budget: time.Minute, Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Insecure: []string{plain.Listener.Addr().String()}}, Around{})
	if err != nil {
		t.Fatal(err)
	}
	listed.registry.transport.(*outlet).private = func(string) bool { return true }
	pod.Spec.Containers[0].Image = plain.Listener.Addr().String() + "/web:1"
	if got := listed.Ask(t.Context(), pod, []string{"app"}, nil)["app"].Reason; got != inject.ReasonImageNotFound {
		t.Errorf("a private registry that the administrator lists as insecure: %s", got)
	}
	if own[inject.ReasonRegistryUnavailable] || !own[inject.ReasonRegistryUntrusted] {
		t.Errorf("elsewhere, too, all is told in one word: %v", own)
	}
	allow := []netip.Prefix{netip.MustParsePrefix("10.20.0.0/16")}
	for address, want := range map[string]bool{"10.1.2.3:443": true, "192.168.0.1:1": true, "[fd00::1]:443": true, "[::ffff:10.1.2.3]:1": true, "[64:ff9b::10.1.2.3]:1": true,
		"10.20.1.1:443": false, "8.8.8.8:443": false, "[2600::1]:443": false, "nothing": false} {
		if got := isPrivate(address, allow); got != want {
			t.Errorf("%s is private: %v", address, got)
		}
	}
}

// TestSpecialPurposeAddresses: no form of loopback, of a link-local or a metadata address is
// dialled, nor anything else that is special; what registries have is.
func TestSpecialPurposeAddresses(t *testing.T) {
	for _, address := range []string{
		"127.0.0.1", "127.9.9.9", "0.0.0.0", "169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1", "240.0.0.1", "255.255.255.255",
		"[::]", "[::1]", "[::127.0.0.1]", "[::ffff:127.0.0.1]", "[::ffff:0:127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::7f00:1]", "[64:ff9b:1:ffff::1]",
		"[2002:7f00:1::]", "[2001::1]", "[2001:db8::1]", "[fe80::1%eth0]", "[fec0::1]", "[fd00:ec2::254]", "[fd20:ce::254]", "[ff02::1]", "[100::1]", "[5f00::1]", "[3fff::1]",
	} {
		if err := checkAddress(address+":443", builtinDeny(), nil); !errors.Is(err, errDenied) {
			t.Errorf("%s may be dialled: %v", address, err)
		}
	}
	for _, address := range []string{"10.1.2.3", "172.16.0.1", "192.168.1.1", "8.8.8.8", "100.63.0.1", "[fd00::1]", "[2600:1f18::1]", "[64:ff9b::808:808]"} {
		if err := checkAddress(address+":443", builtinDeny(), nil); err != nil {
			t.Errorf("%s may not be dialled: %v", address, err)
		}
	}
}
