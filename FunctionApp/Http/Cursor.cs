using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace Atelier.Http;

/// <summary>Where a page of campaigns ended. Opaque to clients; stable while new campaigns are accepted.</summary>
/// <param name="CreatedAt">Creation of the last campaign on the page.</param>
/// <param name="Id">Its id, which orders campaigns of one instant.</param>
internal sealed record Cursor(DateTimeOffset CreatedAt, Guid Id)
{
    private const int GuidLength = 16;
    private const int Length = sizeof(long) + GuidLength;

    /// <summary>As text for a URL.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, CreatedAt.UtcTicks);
        Id.TryWriteBytes(bytes[sizeof(long)..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Reads what <see cref="ToString"/> wrote; false for anything else.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Cursor? cursor)
    {
        cursor = null;
        if (text.Length != Base64Url.GetEncodedLength(Length) || !Base64Url.IsValid(text))
            return false;
        var bytes = Base64Url.DecodeFromChars(text);
        var ticks = BinaryPrimitives.ReadInt64BigEndian(bytes);
        if (ticks < DateTimeOffset.UnixEpoch.Ticks || ticks > DateTimeOffset.MaxValue.Ticks)
            return false;
        cursor = new Cursor(new DateTimeOffset(ticks, TimeSpan.Zero), new Guid(bytes.AsSpan(sizeof(long)), bigEndian: true));
        return true;
    }
}
