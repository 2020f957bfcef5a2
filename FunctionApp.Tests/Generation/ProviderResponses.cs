using System.Buffers.Binary;
using System.Text.Json;

namespace FunctionApp.Tests.Generation;

/// <summary>Responses in the shapes that providers use.</summary>
internal static class ProviderResponses
{
    /// <summary>The first bytes of a PNG: the signature and the header chunk, no pixels.</summary>
    public static byte[] Png(int width, int height)
    {
        byte[] png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, .. "IHDR"u8, .. new byte[17]];
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), height);
        return png;
    }

    public static string Chat(string? content, string finishReason = "stop", string? refusal = null) => JsonSerializer.Serialize(new
    {
        id = "chatcmpl-1",
        @object = "chat.completion",
        created = 1785758400,
        model = "a-text-model-2026-05-01",
        choices = new[] { new { index = 0, message = new { role = "assistant", content, refusal }, finish_reason = finishReason } },
        usage = new { prompt_tokens = 40, completion_tokens = 60, total_tokens = 100 },
    });

    public static string Image(byte[] bytes) => Images($$"""{"b64_json":"{{Convert.ToBase64String(bytes)}}"}""");

    public static string Images(string data) =>
        $$"""
        {"created":1785758400,"data":[{{data}}],"size":"1024x1024","quality":"low","output_format":"png",
        "usage":{"total_tokens":290,"input_tokens":18,"output_tokens":272,"input_tokens_details":{"text_tokens":18,"image_tokens":0} } }
        """;
}
