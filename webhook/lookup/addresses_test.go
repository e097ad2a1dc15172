package lookup

import (
	"errors"
	"testing"
)

// TestSpecialPurposeAddresses: no form of loopback, of a link-local or a metadata address is dialled, nor
// anything else that is special; what registries have is.
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
