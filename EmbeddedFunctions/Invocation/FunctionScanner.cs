using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using EmbeddedFunctions.Http;
using EmbeddedFunctions.Timers;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Extensions.Configuration;

namespace EmbeddedFunctions.Invocation;

/// <summary>Finds the application's functions, and everything that is wrong with them.</summary>
internal sealed partial class FunctionScanner(HostJson hostJson, IConfiguration configuration, bool hasConverters)
{
    private const BindingFlags AllMethods =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private readonly List<FunctionEntry> _functions = [];
    private readonly List<string> _problems = [];
    private readonly List<string> _warnings = [];

    /// <summary>The functions of the options' assemblies.</summary>
    /// <param name="options">Where to look.</param>
    /// <param name="problems">Mistakes that keep the application from starting, a sentence each.</param>
    public FunctionCatalog Scan(EmbeddedFunctionsOptions options, out IReadOnlyList<string> problems)
    {
        IEnumerable<Assembly> assemblies = options.FunctionAssemblies.Count > 0
            ? options.FunctionAssemblies
            : Assembly.GetEntryAssembly() is { } entry ? [entry] : [];
        foreach (var type in assemblies.SelectMany(assembly => assembly.GetTypes()).Where(type => options.TypeFilter?.Invoke(type) ?? true))
        {
            foreach (var method in type.GetMethods(AllMethods))
            {
                if (method.GetCustomAttribute<FunctionAttribute>() is not { } attribute) continue;
                if (method.IsPublic) Add(attribute.Name, method);
                else _warnings.Add($"'{attribute.Name}' ({method.DeclaringType}.{method.Name}) is no function: its method is not public.");
            }
        }

        CheckNames();
        HttpRoutes.CheckConflicts(_functions, hostJson.RoutePrefix, _problems);
        problems = _problems;
        return new FunctionCatalog(_functions, _warnings);
    }

    private void Add(string name, MethodInfo method)
    {
        var problems = new List<string>();
        if (!FunctionName().IsMatch(name))
        {
            problems.Add("the name must begin with a letter and consist of at most 128 letters, digits, '_' and '-'");
        }

        if (method.IsGenericMethodDefinition || method.DeclaringType!.ContainsGenericParameters) problems.Add("it must not be generic");
        if (!method.IsStatic && method.DeclaringType!.IsAbstract) problems.Add($"its class {method.DeclaringType} is abstract");
        if (method.ReturnType == typeof(void) && method.IsDefined(typeof(AsyncStateMachineAttribute)))
        {
            problems.Add("an async function must return a Task: nobody could wait for it");
        }

        var triggers = method.GetParameters().Where(parameter => parameter.GetCustomAttribute<TriggerBindingAttribute>() is not null).ToList();
        if (triggers.Count == 1) AddTriggered(name, method, triggers[0], problems);
        else problems.Add(triggers.Count == 0 ? "it has no trigger" : "it has more than one trigger");

        _problems.AddRange(problems.Select(problem => $"Function '{name}' ({method.DeclaringType}.{method.Name}): {problem}."));
    }

    private void AddTriggered(string name, MethodInfo method, ParameterInfo triggerParameter, List<string> problems)
    {
        var trigger = triggerParameter.GetCustomAttribute<TriggerBindingAttribute>()!;
        if (KindOf(trigger) is not { } kind)
        {
            problems.Add($"this host has no {trigger.GetType().Name}");
            return;
        }

        if (trigger is HttpTriggerAttribute http)
        {
            HttpRoutes.Check(http, name, hostJson.RoutePrefix, problems);
        }
        else if (trigger is TimerTriggerAttribute timer)
        {
            TimerSchedules.Check(timer, configuration, problems);
        }

        var factory = new BinderFactory(kind, hasConverters, problems);
        var binders = method.GetParameters().Select(factory.Create).OfType<ParameterBinder>().ToList();
        CheckRetry(kind, method, problems);
        var answer = default(PropertyInfo);
        try
        {
            if (kind is TriggerKind.Http) answer = InvocationOutputs.HttpPropertyOf(MethodCalls.ResultTypeOf(method));
        }
        catch (AmbiguousMatchException exception)
        {
            problems.Add(exception.Message);
        }

        var definition = new EmbeddedFunctionDefinition(name, method, Bindings(kind, method, answer));
        if (problems.Count > 0) return;

        var function = new FunctionEntry(name, kind, method, trigger, binders, definition, triggerParameter.Name!, answer);
        _functions.Add(function);
        if (kind is TriggerKind.Http && answer is null && !HttpResults.IsWritten(function.ResultType) || kind is TriggerKind.Timer && function.ResultType is not null)
        {
            _warnings.Add(kind is TriggerKind.Http
                ? $"Function '{name}' returns {function.ResultType}, which is not written: callers get 200 with an empty body. Return an IActionResult or an IResult."
                : $"Function '{name}' returns {function.ResultType}, which goes nowhere.");
        }
    }

    private void CheckNames()
    {
        Report(_functions, function => function.Name, "functions are named");
        Report(_functions.Where(f => f.Kind == TriggerKind.Activity), DurableFunctions.NameOf, "activities are named");
        Report(_functions.Where(f => f.Kind == TriggerKind.Orchestration), DurableFunctions.NameOf, "orchestrators are named");

        void Report(IEnumerable<FunctionEntry> functions, Func<FunctionEntry, string> nameOf, string what)
        {
            foreach (var same in functions.GroupBy(nameOf, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
            {
                var problem = $"{same.Count()} {what} '{same.Key}': {string.Join(", ", same.Select(f => f.Definition.EntryPoint))}.";
                if (what[0] == 'f' || same.DistinctBy(f => f.Name, StringComparer.OrdinalIgnoreCase).Count() > 1) _problems.Add(problem);
            }
        }
    }

    private static TriggerKind? KindOf(TriggerBindingAttribute trigger) => trigger switch
    {
        HttpTriggerAttribute => TriggerKind.Http,
        TimerTriggerAttribute => TriggerKind.Timer,
        ActivityTriggerAttribute => TriggerKind.Activity,
        OrchestrationTriggerAttribute => TriggerKind.Orchestration,
        _ => null,
    };

    /// <summary>Notes retries that no host would make: officially such a program does not compile.</summary>
    private static void CheckRetry(TriggerKind kind, MethodInfo method, List<string> problems)
    {
        try
        {
            if (method.GetCustomAttribute<RetryAttribute>() is { } retry && kind is not TriggerKind.Timer)
            {
                problems.Add($"{retry.GetType().Name} is for triggers whose runs the host can repeat; of this host's ones that is the timer");
            }
        }
        catch (ArgumentException exception)
        {
            problems.Add($"its retries are not valid: {exception.Message.TrimEnd('.')}");
        }
    }

    private static IEnumerable<FunctionBinding> Bindings(TriggerKind kind, MethodInfo method, PropertyInfo? answer)
    {
        foreach (var parameter in method.GetParameters())
        {
            if (parameter.IsDefined(typeof(TriggerBindingAttribute)))
            {
                yield return new FunctionBinding(parameter.Name!, TriggerName(kind), BindingDirection.In);
            }
            else if (parameter.IsDefined(typeof(DurableClientAttribute)))
            {
                yield return new FunctionBinding(parameter.Name!, FunctionBinding.DurableClient, BindingDirection.In);
            }
        }

        if (kind is TriggerKind.Http) yield return new FunctionBinding(answer?.Name ?? "$return", "http", BindingDirection.Out);
    }

    private static string TriggerName(TriggerKind kind) => kind switch
    {
        TriggerKind.Http => FunctionBinding.HttpTrigger,
        TriggerKind.Timer => FunctionBinding.TimerTrigger,
        TriggerKind.Activity => FunctionBinding.ActivityTrigger,
        _ => FunctionBinding.OrchestrationTrigger,
    };

    [GeneratedRegex("^[a-zA-Z][a-zA-Z0-9_-]{0,127}$", RegexOptions.None, 1000)]
    private static partial Regex FunctionName();
}
