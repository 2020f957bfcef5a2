using System.Security.Cryptography;

namespace Atelier.Notifications.Webhooks;

/// <summary>Encrypts small secrets with AES-256-GCM under configured keys: a copy of the database alone opens none.</summary>
/// <param name="keys">The first encrypts, all decrypt; 32 bytes each.</param>
/// <remarks>A box is key id (4 bytes of the key's SHA-256), nonce (12), tag (16), cipher text. Each is bound to its owner.</remarks>
public sealed class SecretBox(IReadOnlyList<byte[]> keys)
{
    /// <summary>Length of a key in bytes.</summary>
    public const int KeyLength = 32;

    private const int KeyIdLength = 4;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int HeadLength = KeyIdLength + NonceLength + TagLength;

    /// <summary>Whether a key is configured.</summary>
    public bool CanSeal => keys.Count > 0;

    /// <summary>Encrypts a secret.</summary>
    /// <param name="secret">The secret.</param>
    /// <param name="owner">What it belongs to: the box opens for nothing else.</param>
    public byte[] Seal(ReadOnlySpan<byte> secret, Guid owner)
    {
        var box = new byte[HeadLength + secret.Length];
        var nonce = box.AsSpan(KeyIdLength, NonceLength);
        IdOf(keys[0]).CopyTo(box.AsSpan());
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(keys[0], TagLength);
        aes.Encrypt(nonce, secret, box.AsSpan(HeadLength), box.AsSpan(KeyIdLength + NonceLength, TagLength), owner.ToByteArray());
        return box;
    }

    /// <summary>Decrypts a box.</summary>
    /// <exception cref="CryptographicException">Its key is not configured any more, or it was tampered with, or is another owner's.</exception>
    public byte[] Open(ReadOnlySpan<byte> box, Guid owner)
    {
        if (box.Length < HeadLength)
            throw new CryptographicException("This is not a sealed secret.");
        var id = box[..KeyIdLength];
        byte[]? key = null;
        foreach (var candidate in keys)
        {
            if (id.SequenceEqual(IdOf(candidate)))
                key = candidate;
        }
        var secret = new byte[box.Length - HeadLength];
        using var aes = new AesGcm(key ?? throw new CryptographicException("The key of this secret is not configured."), TagLength);
        aes.Decrypt(
            box.Slice(KeyIdLength, NonceLength), box[HeadLength..], box.Slice(KeyIdLength + NonceLength, TagLength), secret, owner.ToByteArray());
        return secret;
    }

    private static ReadOnlySpan<byte> IdOf(byte[] key) => SHA256.HashData(key).AsSpan(0, KeyIdLength);
}
