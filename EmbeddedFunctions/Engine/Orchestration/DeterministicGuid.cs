using System.Security.Cryptography;
using System.Text;

namespace EmbeddedFunctions.Engine.Orchestration;

/// <summary>Name-based GUIDs (RFC 9562, version 5): the same orchestration, time and count give the same value on every replay.</summary>
internal static class DeterministicGuid
{
    /// <summary>The name space of this engine's values; any fixed value serves.</summary>
    private static readonly Guid Namespace = new("9e952958-5e33-4daf-827f-2fa12937b875");

    public static Guid Create(string instanceId, DateTime currentTime, int count)
    {
        var name = Encoding.UTF8.GetBytes($"{instanceId}_{currentTime:O}_{count}");
        var input = new byte[16 + name.Length];
        Namespace.TryWriteBytes(input, bigEndian: true, out _);
        name.CopyTo(input, 16);

        // RFC 9562 prescribes SHA-1 for version 5; nothing here rests on its strength.
#pragma warning disable CA5350
        var hash = SHA1.HashData(input).AsSpan(0, 16);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash, bigEndian: true);
    }
}
