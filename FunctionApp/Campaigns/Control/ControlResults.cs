using Atelier.Http;
using Atelier.Problems;

namespace Atelier.Campaigns.Control;

/// <summary>What became of each campaign of a request for many.</summary>
/// <param name="Results">One a campaign, in the order of the request.</param>
public sealed record ControlResults(IReadOnlyList<ControlResult> Results)
{
    private const int MaxIds = 100;

    /// <summary>Reads the ids of a request, each once.</summary>
    /// <exception cref="ApiException">400: there are none, or too many, or one is no id.</exception>
    internal static async Task<Guid[]> ReadIdsAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadJsonAsync(request, cancellationToken);
        var errors = new FieldErrors();
        var fields = new JsonFields(body.RootElement, path: "", errors, "ids");
        const string Error = "must be a list of 1 to 100 ids of campaigns.";
        var ids = fields.TextList("ids", MaxIds, text => Guid.TryParseExact(text, "D", out _), Error);
        if (ids is null)
            errors.AddMissing("ids");
        else if (ids.Length == 0)
            errors.Add("ids", Error);
        errors.ThrowIfAny();
        return [.. ids!.Select(Guid.Parse).Distinct()];
    }

    /// <summary>Does something to each campaign, one after the other: what refuses one does not end the request.</summary>
    internal static async Task<IResult> OfEachAsync(Guid[] ids, int status, Func<Guid, Task> change)
    {
        var results = new List<ControlResult>();
        foreach (var id in ids)
        {
            try
            {
                await change(id);
                results.Add(new ControlResult(id, status, Code: null));
            }
            catch (ApiException refusal)
            {
                results.Add(new ControlResult(id, refusal.Status, refusal.Code));
            }
        }
        return ApiJson.Result(new ControlResults(results));
    }
}

/// <summary>What became of one campaign.</summary>
/// <param name="Id">The campaign.</param>
/// <param name="Status">The status of the response that a request for it alone would have got.</param>
/// <param name="Code">The code of that response's problem; <see langword="null"/> where there was none.</param>
public sealed record ControlResult(Guid Id, int Status, string? Code);
