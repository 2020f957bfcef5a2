using System.Text.RegularExpressions;

namespace FunctionApp.Tests.OpenApi;

public sealed partial class RequestsFileTests
{
    [Fact]
    public void RequestsFile_ComparedWithTheDocument_HasARequestForEachOperation()
    {
        var file = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "atelier.http"));
        var requests = RequestLines().Matches(file).Select(line => ApiContract.Find(HttpMethod.Parse(line.Groups["method"].Value), line.Groups["path"].Value));

        Assert.Empty(ApiContract.Operations.Except(requests.OfType<ApiOperation>()));
    }

    [GeneratedRegex(@"^(?<method>[A-Z]+) \{\{host\}\}(?<path>[^?\s]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex RequestLines();
}
