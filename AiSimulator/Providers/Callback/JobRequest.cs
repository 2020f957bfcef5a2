using System.Text.Json.Nodes;
using AiSimulator.Http;
using AiSimulator.Painting;

namespace AiSimulator.Providers.Callback;

/// <summary>
/// A job for the <c>callback</c> provider: <c>{prompt, callbackUrl, size?, format?, deliver?, user?}</c>; <c>size</c> is width and height with an x
/// between them, <c>format</c> png or jpeg, <c>deliver</c> url (the default) or inline.
/// </summary>
internal sealed record JobRequest : IPromptRequest
{
    public required string Prompt { get; init; }

    public string? Webhook { get; init; }

    public string? User { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }

    public required PictureFormat Format { get; init; }

    public required bool IsInline { get; init; }

    string? IPromptRequest.Model => null;

    public static JobRequest Read(JsonObject body)
    {
        var callback = body.Text("callbackUrl");
        if (callback is not null && !(Uri.TryCreate(callback, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
            throw new InvalidRequestException("callbackUrl", "The field 'callbackUrl' must be an absolute HTTP address.");
        var size = (body.Text("size") ?? "1024x1024").Split('x');
        if (size.Length != 2 || !int.TryParse(size[0], out var width) || !int.TryParse(size[1], out var height) || width is < 16 or > 2048 || height is < 16 or > 2048)
            throw new InvalidRequestException("size", "The field 'size' must be width and height, as in 1024x1024, each between 16 and 2048.");
        return new JobRequest
        {
            Prompt = body.RequiredText("prompt"),
            Webhook = callback,
            User = body.Text("user"),
            Width = width,
            Height = height,
            Format = body.OneOf("format", "png", "png", "jpeg") == "png" ? PictureFormat.Png : PictureFormat.Jpeg,
            IsInline = body.OneOf("deliver", "url", "url", "inline") == "inline",
        };
    }
}
