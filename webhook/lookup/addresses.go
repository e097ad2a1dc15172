package lookup

import (
	"fmt"
	"net/netip"
	"slices"
)

// specialPurpose are the networks with which no registry is reached but much else: this pod itself,
// the node's neighbours, clouds' metadata services. They are those of IANA's registries of
// special-purpose addresses for IPv4 and IPv6 (RFC 6890;
// https://www.iana.org/assignments/iana-ipv4-special-registry/ and …/iana-ipv6-special-registry/)
// that are not globally reachable, but for private networks, in which many registries stand:
// 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 (RFC 1918) and fc00::/7 (RFC 4193). Those are the
// administrator's to deny. What is added to IANA's list is named as such.
func specialPurpose() []string {
	return []string{
		"0.0.0.0/8",       // this network, RFC 791
		"100.64.0.0/10",   // shared addresses of carriers, RFC 6598; some clouds have nodes, pods and metadata there
		"127.0.0.0/8",     // loopback, RFC 1122
		"169.254.0.0/16",  // link-local, RFC 3927, with clouds' metadata services
		"192.0.0.0/24",    // protocol assignments, RFC 6890; 192.0.0.192 is a cloud's metadata service
		"192.0.2.0/24",    // documentation, RFC 5737
		"192.88.99.0/24",  // 6to4 relays, RFC 7526
		"198.18.0.0/15",   // benchmarking, RFC 2544
		"198.51.100.0/24", // documentation, RFC 5737
		"203.0.113.0/24",  // documentation, RFC 5737
		"224.0.0.0/3",     // multicast, RFC 5771, reserved, RFC 1112, and limited broadcast, RFC 8190
		"::/96",           // unspecified, loopback, and IPv4-compatible addresses, RFC 4291
		"::ffff:0:0:0/96", // IPv4-translated addresses (SIIT), RFC 2765
		"64:ff9b:1::/48",  // translation within a network, RFC 8215
		"100::/64",        // discard, RFC 6666
		"100:0:0:1::/64",  // dummy prefix, RFC 9780
		"2001::/23",       // protocol assignments, RFC 2928, with Teredo, benchmarking and ORCHIDs
		"2001:db8::/32",   // documentation, RFC 3849
		"2002::/16",       // 6to4, RFC 3056
		"3fff::/20",       // documentation, RFC 9637
		"5f00::/16",       // segment routing, RFC 9602
		"fe80::/10",       // link-local, RFC 4291
		"fec0::/10",       // site-local, deprecated by RFC 3879: added
		"ff00::/8",        // multicast, RFC 4291: added
		// Metadata services of clouds at addresses that are no special-purpose ones: added.
		"168.63.129.16/32", "fd00:ec2::254/128", "fd20:ce::254/128",
	}
}

// builtinDeny are specialPurpose as networks.
func builtinDeny() []netip.Prefix {
	var prefixes []netip.Prefix
	for _, text := range specialPurpose() {
		prefixes = append(prefixes, netip.MustParsePrefix(text))
	}
	return prefixes
}

// isPrivate reports whether address, with a port, is in a private network that is not on allow.
// What fails there is told in one word: whoever names images would learn else what listens where.
func isPrivate(address string, allow []netip.Prefix) bool {
	parsed, err := netip.ParseAddrPort(address)
	if err != nil {
		return false
	}
	ip := behindNAT64(parsed.Addr().Unmap().WithZone(""))
	return ip.IsPrivate() && !slices.ContainsFunc(allow, func(p netip.Prefix) bool { return p.Contains(ip) })
}

func checkAddress(address string, deny, allow []netip.Prefix) error {
	parsed, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("dial %q: %w", address, errDenied)
	}
	ip := parsed.Addr().Unmap().WithZone("")
	for _, ip := range []netip.Addr{ip, behindNAT64(ip)} {
		contains := func(p netip.Prefix) bool { return p.Contains(ip) }
		if slices.ContainsFunc(deny, contains) && !slices.ContainsFunc(allow, contains) {
			return fmt.Errorf("dial %s: %w", ip, errDenied)
		}
	}
	return nil
}

// behindNAT64 returns the IPv4 address that ip stands for in a network of IPv6 alone
// (RFC 6052), or ip. That prefix alone leads to the whole Internet; the others are denied.
func behindNAT64(ip netip.Addr) netip.Addr {
	if !netip.MustParsePrefix("64:ff9b::/96").Contains(ip) {
		return ip
	}
	bytes := ip.As16()
	return netip.AddrFrom4([4]byte(bytes[12:]))
}
