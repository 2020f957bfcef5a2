namespace FunctionApp.Tests.OpenApi.RouteTable;

/// <summary>A row of the table: in a situation, a request of one operation has one response.</summary>
/// <param name="Operation">Method and path, as the document has them.</param>
/// <param name="Status">The response's status.</param>
/// <param name="Situation">The situation, in a few words.</param>
/// <param name="Body">The response's content type; a problem's code; or nothing for no body.</param>
/// <param name="Headers">Headers that the response has; with a minus before it, one that it does not have.</param>
/// <param name="Request">Sets up the situation and sends the request.</param>
internal sealed record RouteRow(
    string Operation, int Status, string Situation, string Body, string[] Headers, Func<RouteHost, Task<HttpRequestMessage>> Request)
{
    public string Key => $"{Operation}: {Status}, {Situation}";
}
