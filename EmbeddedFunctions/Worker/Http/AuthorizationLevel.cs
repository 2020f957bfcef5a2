namespace Microsoft.Azure.Functions.Worker;

/// <summary>Which key a caller of an HTTP function must show, in the query as <c>code</c> or in the header <c>x-functions-key</c>.</summary>
public enum AuthorizationLevel
{
    /// <summary>None.</summary>
    Anonymous = 0,

    /// <summary>Any key.</summary>
    User = 1,

    /// <summary>The function's key, the host's or the master key.</summary>
    Function = 2,

    /// <summary>The master key.</summary>
    System = 3,

    /// <summary>The master key.</summary>
    Admin = 4,
}
