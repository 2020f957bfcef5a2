using System.Numerics;

namespace AiSimulator.Painting;

/// <summary>The time of day a picture is set in.</summary>
internal enum Hour
{
    Day,
    Sunset,
    Dawn,
    Night,
}

/// <summary>The colours of one picture.</summary>
/// <param name="Hour">The time of day.</param>
/// <param name="Sky">From the zenith to the horizon.</param>
/// <param name="Sun">The sun's or the moon's disc.</param>
/// <param name="Haze">What far things fade into.</param>
/// <param name="Near">What near things look like against the light.</param>
/// <param name="Water">Deep water.</param>
/// <param name="Ground">Sand, grass or snow in this light.</param>
/// <param name="Accent">The one colour that stands out.</param>
internal sealed record Palette(Hour Hour, Vector4[] Sky, Vector4 Sun, Vector4 Haze, Vector4 Near, Vector4 Water, Vector4 Ground, Vector4 Accent)
{
    private static readonly Palette[] All =
    [
        Make(Hour.Day, "2B74B8 5BA7DC A3D5EE E4F3F1", "FFFDF2", "C9E4EC", "1D4A45", "1C6E8C", "F2DDB0", "FF6B4A"),
        Make(Hour.Day, "3B8EA5 79C0CF C4E4DA FBF1D9", "FFFBEA", "D6E7DD", "27504A", "1F8A94", "F0D9A8", "F2545B"),
        Make(Hour.Day, "4A6FB3 86A8DA C6D8EE F7EDE4", "FFFCF4", "CBD6E8", "2A3F5F", "2B5F92", "EBD3AE", "F5A623"),
        Make(Hour.Sunset, "2A1B4F 7B2F6C E0566B FF9F5A FFD88A", "FFF2CC", "F4A071", "1B1030", "4A2A63", "D08A6A", "FFD166"),
        Make(Hour.Sunset, "1E3A5C 4B668E C47D86 F6B065 FAE0A0", "FFF6D8", "EDB58A", "191B33", "2F4A6B", "C99772", "FF7F51"),
        Make(Hour.Sunset, "3A1C50 93336B F0635A FFA94D FFE29A", "FFF4D0", "F79A66", "220F2E", "5A2B5E", "C47A5C", "4ECDC4"),
        Make(Hour.Dawn, "5A6CA5 A38BBF EAA7B4 FBD4B4 FFF0CF", "FFF8E4", "EBC0BD", "3A3358", "6B78A8", "D8B7A6", "E4576E"),
        Make(Hour.Dawn, "6D9BC1 B3C8DA F1D3C9 FCE8D0", "FFFAEC", "DCD3D4", "37475C", "5C87A5", "DDC5AD", "EE6C4D"),
        Make(Hour.Night, "050B24 0B1B45 1A3570 3F5FA0", "FFFBE6", "35558F", "040814", "0A1E4A", "2A3A5E", "FFC857"),
        Make(Hour.Night, "090822 1B1547 3B2470 7D4190", "FFF7E0", "6A3F88", "080616", "1B1450", "35284F", "FF9F6B"),
        Make(Hour.Night, "04141F 07303C 0E5563 3C8C86", "FBFFF0", "2F7A78", "031016", "06303F", "1E4548", "FFE08A"),
    ];

    public bool IsNight => Hour == Hour.Night;

    /// <summary>One of the palettes of an hour.</summary>
    public static Palette For(Hour hour, int which)
    {
        var palettes = Array.FindAll(All, p => p.Hour == hour);
        return palettes[which % palettes.Length];
    }

    /// <summary>The colour of land at a distance: 0 is the horizon, 1 the viewer's feet.</summary>
    public Vector4 Land(float nearness) => Vector4.Lerp(Haze, Near, nearness);

    private static Palette Make(Hour hour, string sky, string sun, string haze, string near, string water, string ground, string accent) =>
        new(hour, Ink.Hexes(sky), Ink.Hex(sun), Ink.Hex(haze), Ink.Hex(near), Ink.Hex(water), Ink.Hex(ground), Ink.Hex(accent));
}
