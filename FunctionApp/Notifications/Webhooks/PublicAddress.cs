using System.Net;
using System.Net.Sockets;

namespace Atelier.Notifications.Webhooks;

/// <summary>Distinguishes addresses of the public internet from private and special ones.</summary>
internal static class PublicAddress
{
    // IANA's special-purpose registry, and Azure's platform address, which is public by its number only.
    private static readonly IPNetwork[] SpecialV4 =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32",
        }.Select(text => IPNetwork.Parse(text)),
    ];

    // All that was ever given out to the internet. Outside of it are loopback, link-local, unique-local, multicast, IPv4-compatible
    // and NAT64 addresses, however they are written.
    private static readonly IPNetwork GlobalV6 = IPNetwork.Parse("2000::/3");

    // Inside it: protocols (Teredo, ORCHID), documentation, and 6to4, which is a way to any IPv4 address.
    private static readonly IPNetwork[] SpecialV6 =
    [
        .. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20" }.Select(text => IPNetwork.Parse(text)),
    ];

    /// <summary>Whether an address is one of the public internet's.</summary>
    public static bool Is(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily switch
        {
            AddressFamily.InterNetwork => !Array.Exists(SpecialV4, network => network.Contains(address)),
            AddressFamily.InterNetworkV6 => GlobalV6.Contains(address) && !Array.Exists(SpecialV6, network => network.Contains(address)),
            _ => false,
        };
    }
}
