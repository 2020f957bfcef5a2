using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Atelier.Campaigns.Sharing;

/// <summary>What opens a share: the only secret of its link. It is stored as a hash, and shown once.</summary>
internal static class ShareToken
{
    private const int SecretBytes = 32;

    /// <summary>A new token: 43 characters that hold 256 random bits.</summary>
    public static string Create() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>What is stored. One round is enough: unlike a password, 256 random bits cannot be guessed.</summary>
    public static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
