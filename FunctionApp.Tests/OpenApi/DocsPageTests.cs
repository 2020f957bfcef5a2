using System.Text;
using System.Text.RegularExpressions;
using Atelier.OpenApi;

namespace FunctionApp.Tests.OpenApi;

public sealed partial class DocsPageTests
{
    [Fact]
    public void DocsPage_EverythingItLoads_IsInTheApp()
    {
        var page = Encoding.UTF8.GetString(DocsAsset.Page.Bytes.Span);

        string[] links = [.. Link().Matches(page).Select(match => match.Groups["url"].Value)];

        Assert.Equal(4, links.Length);
        foreach (var link in links)
        {
            Assert.StartsWith("/api/docs/", link, StringComparison.Ordinal);
            var asset = DocsAsset.Find(link["/api/docs/".Length..]);
            Assert.NotNull(asset);
            Assert.NotEqual(0, asset.Bytes.Length);
            // Compressed bytes that are not decompressed would be an empty page.
            if (asset.ContentType.StartsWith("text/", StringComparison.Ordinal))
                Assert.DoesNotContain('\0', Encoding.UTF8.GetString(asset.Bytes.Span));
        }
    }

    [GeneratedRegex("(?:href|src)=\"(?<url>[^\"]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();
}
