using Atelier.Problems;

namespace Atelier.Http;

/// <summary>A file that is sent whole, in part, or not at all; where a condition or a range forbids it, problem details say so.</summary>
/// <param name="file">The framework's result, which sends these statuses with an empty body.</param>
internal sealed class FileResponse(IResult file) : IResult
{
    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await file.ExecuteAsync(httpContext);
        var response = httpContext.Response;
        var problem = response.StatusCode switch
        {
            StatusCodes.Status412PreconditionFailed => new ApiException(
                StatusCodes.Status412PreconditionFailed, "precondition_failed", "It is not in the state that the request requires."),
            StatusCodes.Status416RangeNotSatisfiable => new ApiException(
                StatusCodes.Status416RangeNotSatisfiable, "range_not_satisfiable", "It has no such range; Content-Range gives its length."),
            _ => null,
        };
        if (problem is null || response.HasStarted)
            return;
        response.ContentLength = null;
        await new ProblemResult(problem).ExecuteAsync(httpContext);
    }
}
