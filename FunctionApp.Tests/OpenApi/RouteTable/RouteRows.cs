using System.Text.Json.Nodes;

namespace FunctionApp.Tests.OpenApi.RouteTable;

/// <summary>The responses of each operation. Those that all operations share are in <see cref="RouteTableTests"/>.</summary>
internal static class RouteRows
{
    private const string Json = "application/json";
    private const string Nobody = "0198c5a4-0000-7000-8000-000000000000";

    public static IReadOnlyList<RouteRow> All { get; } =
        [.. Campaigns(), .. Control(), .. Images(), .. Versions(), .. Shares(), .. Shared(), .. Events(), .. Webhooks(), .. Callbacks(), .. DeadLetters(), .. Operations()];

    private static IEnumerable<RouteRow> Campaigns()
    {
        const string Post = "POST /api/campaigns";
        yield return Row(Post, 202, "a campaign", Json, host => host.Post("/api/campaigns", RouteHost.Campaign()), "Location", "Retry-After", "RateLimit-Remaining");
        yield return Row(Post, 202, "the same again", Json, async host =>
        {
            await host.CampaignAsync(idempotencyKey: "again");
            return With(host.Post("/api/campaigns", RouteHost.Campaign()), "Idempotency-Key", "again");
        }, "Location", "Retry-After");
        yield return Row(Post, 202, "a charset in quotes", Json, host =>
        {
            var request = host.Post("/api/campaigns", RouteHost.Campaign());
            request.Content!.Headers.ContentType = new("application/json") { CharSet = "\"utf-8\"" };
            return request;
        });
        yield return Row(Post, 400, "no prompt", "validation_failed", host => host.Post("/api/campaigns", new JsonObject { ["prompt"] = " " }));
        yield return Row(Post, 400, "no body", "missing_body", host => host.Post("/api/campaigns"));
        yield return Row(Post, 409, "a key of another request", "idempotency_conflict", async host =>
        {
            await host.CampaignAsync(idempotencyKey: "other");
            return With(host.Post("/api/campaigns", RouteHost.Campaign("Another")), "Idempotency-Key", "other");
        });
        yield return TooLarge(Post, "/api/campaigns");

        const string List = "GET /api/campaigns";
        yield return Row(List, 200, "the caller's", Json, host => host.Get("/api/campaigns?q=lake&status=COMPLETE&limit=1"), "Cache-Control");
        yield return Row(List, 400, "no such limit", "validation_failed", host => host.Get("/api/campaigns?limit=101"));

        const string Get = "GET /api/campaigns/{id}";
        yield return Row(Get, 200, "it has ended", Json, host => host.Get($"/api/campaigns/{host.Complete}"), "ETag", "-Retry-After", "Cache-Control");
        yield return Row(Get, 200, "it runs", Json, async host => host.Get($"/api/campaigns/{await host.RunningAsync()}"), "ETag", "Retry-After");
        yield return Row(Get, 304, "nothing new", "", async host => host.Get(
            $"/api/campaigns/{host.Complete}", ("If-None-Match", await host.TagAsync($"/api/campaigns/{host.Complete}"))), "ETag");
        yield return Row(Get, 304, "nothing new within a wait", "", async host =>
        {
            var path = $"/api/campaigns/{await host.RunningAsync()}";
            return host.Get($"{path}?wait=1", ("If-None-Match", await host.TagAsync(path)));
        }, "ETag", "Retry-After");
        yield return Row(
            Get, 200, "with its orchestration", Json, host => host.Get($"/api/campaigns/{host.Complete}?include=orchestration"), "-ETag", "Cache-Control");
        yield return Row(Get, 400, "nothing else to include", "validation_failed", host => host.Get($"/api/campaigns/{host.Complete}?include=images"));
        yield return Row(Get, 400, "no such wait", "validation_failed", host => host.Get($"/api/campaigns/{host.Complete}?wait=NaN"));
        yield return Row(Get, 404, "there is none", "not_found", host => host.Get($"/api/campaigns/{Nobody}"));
        yield return Row(Get, 404, "no id", "not_found", host => host.Get("/api/campaigns/nonsense"));
        yield return Row(Get, 404, "more than an id", "not_found", host => host.Get($"/api/campaigns/{host.Complete}%20"));
    }

    private static IEnumerable<RouteRow> Control()
    {
        const string Cancel = "POST /api/campaigns/{id}/cancel";
        yield return Row(Cancel, 202, "it runs", Json, async host => host.Post($"/api/campaigns/{await host.RunningAsync()}/cancel"), "Location");
        yield return Row(Cancel, 404, "there is none", "not_found", host => host.Post($"/api/campaigns/{Nobody}/cancel"));
        yield return Row(Cancel, 409, "it has ended", "campaign_ended", host => host.Post($"/api/campaigns/{host.Complete}/cancel"));

        const string Retry = "POST /api/campaigns/{id}/retry";
        yield return Row(Retry, 202, "it has failed", Json, async host => host.Post($"/api/campaigns/{await host.FailedAsync()}/retry"), "Location", "Retry-After");
        yield return Row(Retry, 404, "there is none", "not_found", host => host.Post($"/api/campaigns/{Nobody}/retry"));
        yield return Row(Retry, 409, "it is complete", "campaign_not_failed", host => host.Post($"/api/campaigns/{host.Complete}/retry"));

        foreach (var many in (string[])["delete", "retry"])
        {
            var path = $"/api/campaigns/{many}";
            yield return Row($"POST {path}", 200, "some", Json, async host => host.Post(path, Ids(await host.CompleteAsync(), Nobody)));
            yield return Row($"POST {path}", 400, "none", "validation_failed", host => host.Post(path, Ids()));
            yield return TooLarge($"POST {path}", path);
        }

        const string Patch = "PATCH /api/campaigns/{id}";
        yield return Row(Patch, 200, "whatever its version", Json, host => Edit(host, host.Complete), "ETag", "Cache-Control");
        yield return Row(Patch, 200, "the expected version", Json, async host =>
            Edit(host, host.Complete, await host.TagAsync($"/api/campaigns/{host.Complete}")), "ETag");
        yield return Row(Patch, 400, "no such field", "validation_failed", host => Edit(host, host.Complete, field: "prompt"));
        yield return Row(Patch, 404, "there is none", "not_found", host => Edit(host, Nobody));
        yield return Row(Patch, 409, "a text while it runs", "campaign_running", async host => Edit(host, await host.RunningAsync(), field: "text"));
        yield return Row(Patch, 412, "another version", "precondition_failed", host => Edit(host, host.Complete, "W/\"0\""));
        yield return Row(Patch, 413, "too long", "body_too_large", host => RouteHost.Send(HttpMethod.Patch, $"/api/campaigns/{host.Complete}", host.Ann, Long()));

        const string Delete = "DELETE /api/campaigns/{id}";
        yield return Row(Delete, 204, "it has ended", "", async host => host.Delete($"/api/campaigns/{await host.CompleteAsync()}"));
        yield return Row(Delete, 404, "there is none", "not_found", host => host.Delete($"/api/campaigns/{Nobody}"));
        yield return Row(Delete, 409, "it runs", "campaign_running", async host => host.Delete($"/api/campaigns/{await host.RunningAsync()}"));

        static JsonObject Ids(params string[] ids) => new() { ["ids"] = new JsonArray([.. ids.Select(id => (JsonNode)id)]) };
        static HttpRequestMessage Edit(RouteHost host, string id, string? tag = null, string field = "name") => RouteHost.Send(
            HttpMethod.Patch, $"/api/campaigns/{id}", host.Ann, new JsonObject { [field] = "A draft" }, tag is null ? [] : [("If-Match", tag)]);
    }

    private static IEnumerable<RouteRow> Images()
    {
        const string Get = "GET /api/campaigns/{id}/images/{index}";
        yield return Row(Get, 200, "an image", "image/png", host => host.Get(Image(host)),
            "ETag", "Accept-Ranges", "Cache-Control", "Last-Modified", "X-Content-Type-Options");
        yield return Row(Get, 206, "a range", "image/png", host => host.Get(Image(host), ("Range", "bytes=0-7")), "ETag", "Content-Range", "Cache-Control");
        yield return Row(Get, 200, "a range of what are no bytes", "image/png", host => host.Get(Image(host), ("Range", "items=0-7")), "-Content-Range");
        yield return Row(Get, 304, "the caller has it", "", async host => host.Get(
            Image(host), ("If-None-Match", await host.TagAsync(Image(host)))), "ETag", "Cache-Control");
        yield return Row(Get, 200, "a smaller copy", "image/jpeg", host => host.Get($"{Image(host)}?width=160"), "ETag", "Cache-Control", "Vary");
        yield return Row(Get, 400, "no such width", "validation_failed", host => host.Get($"{Image(host)}?width=1"));
        yield return Row(Get, 404, "there is none of that number", "not_found", host => host.Get($"/api/campaigns/{host.Complete}/images/1"));
        yield return Row(Get, 404, "no number", "not_found", host => host.Get($"/api/campaigns/{host.Complete}/images/first"));
        yield return Row(Get, 404, "it is not there yet", "not_found", async host => host.Get($"/api/campaigns/{await host.RunningAsync()}/images/0"));
        yield return Row(Get, 412, "another version is asked for", "precondition_failed", host => host.Get(Image(host), ("If-Match", "\"other\"")));
        yield return Row(Get, 416, "no such range", "range_not_satisfiable", host => host.Get(Image(host), ("Range", "bytes=99999999-")), "Content-Range");

        yield return Row(
            Get, 422, "it is damaged", "image_not_resizable", async host => host.Get($"/api/campaigns/{await host.DamagedAsync()}/images/0?width=160"));

        const string Archive = "GET /api/campaigns/{id}/archive";
        yield return Row(Archive, 200, "a zip file", "application/zip", host => host.Get($"/api/campaigns/{host.Complete}/archive"), "Content-Disposition", "Cache-Control");
        yield return Row(Archive, 404, "there is none", "not_found", host => host.Get($"/api/campaigns/{Nobody}/archive"));
        yield return Row(Archive, 409, "nothing is complete", "nothing_complete", async host => host.Get($"/api/campaigns/{await host.EmptyAsync()}/archive"));

        static string Image(RouteHost host) => $"/api/campaigns/{host.Complete}/images/0";
    }

    private static IEnumerable<RouteRow> Versions()
    {
        yield return Row("GET /api/providers", 200, "all", Json, host => host.Get("/api/providers"));

        const string List = "GET /api/campaigns/{id}/versions";
        yield return Row(List, 200, "one of each part", Json, host => host.Get($"/api/campaigns/{host.Complete}/versions"), "Cache-Control");
        yield return Row(List, 404, "there is none", "not_found", host => host.Get($"/api/campaigns/{Nobody}/versions"));

        foreach (var part in (string[])["images/0", "text"])
        {
            var path = part == "text" ? "/api/campaigns/{id}/text" : "/api/campaigns/{id}/images/{index}";
            var again = $"POST {path}/regenerate";
            yield return Row(again, 202, "it has failed", Json, async host => host.Post($"/api/campaigns/{await host.FailedAsync()}/{part}/regenerate"), "Location", "Retry-After");
            yield return Row(again, 400, "a blank prompt", "validation_failed", host => host.Post(
                $"/api/campaigns/{host.Complete}/{part}/regenerate", new JsonObject { ["prompt"] = " " }));
            yield return Row(again, 404, "there is none", "not_found", host => host.Post($"/api/campaigns/{Nobody}/{part}/regenerate"));
            yield return Row(again, 409, "it runs", "campaign_running", async host => host.Post($"/api/campaigns/{await host.RunningAsync()}/{part}/regenerate"));
            yield return TooLarge(again, $"/api/campaigns/{Nobody}/{part}/regenerate");

            var choose = $"PUT {path}/version";
            yield return Row(choose, 200, "the current one", Json, host => Put(host, host.Complete, part, 1));
            yield return Row(choose, 400, "no number", "validation_failed", host => Put(host, host.Complete, part, 0));
            yield return Row(choose, 404, "no such version", "not_found", host => Put(host, host.Complete, part, 2));
            yield return Row(choose, 409, "it runs", "campaign_running", async host => Put(host, await host.RunningAsync(), part, 1));
            yield return TooLarge(choose, $"/api/campaigns/{Nobody}/{part}/version", HttpMethod.Put);
        }

        static HttpRequestMessage Put(RouteHost host, string id, string part, int version) =>
            RouteHost.Send(HttpMethod.Put, $"/api/campaigns/{id}/{part}/version", host.Ann, new JsonObject { ["version"] = version });
    }

    private static IEnumerable<RouteRow> Shares()
    {
        const string Post = "POST /api/campaigns/{id}/shares";
        yield return Row(Post, 201, "the caller's", Json, host => host.Post($"/api/campaigns/{host.Complete}/shares", Days(365)));
        yield return Row(Post, 400, "too long", "validation_failed", host => host.Post($"/api/campaigns/{host.Complete}/shares", Days(366)));
        yield return Row(Post, 404, "there is none", "not_found", host => host.Post($"/api/campaigns/{Nobody}/shares", Days(1)));
        yield return Row(Post, 409, "there are enough", "too_many_shares", async host =>
        {
            var id = await host.CompleteAsync();
            for (var n = 0; n < 20; n++)
                await host.ShareAsync(id);
            return host.Post($"/api/campaigns/{id}/shares", Days(1));
        });
        yield return Row(Post, 413, "too long a body", "body_too_large", host => host.Post($"/api/campaigns/{host.Complete}/shares", Long()));
        const string List = "GET /api/campaigns/{id}/shares";
        yield return Row(List, 200, "the caller's", Json, host => host.Get($"/api/campaigns/{host.Complete}/shares"));
        yield return Row(List, 404, "there is none", "not_found", host => host.Get($"/api/campaigns/{Nobody}/shares"));
        const string Revoke = "DELETE /api/shares/{id}";
        yield return Row(Revoke, 204, "the caller's", "", async host => host.Delete($"/api/shares/{(await host.ShareAsync()).Id}"));
        yield return Row(Revoke, 204, "by an operator", "", async host =>
            RouteHost.Send(HttpMethod.Delete, $"/api/shares/{(await host.ShareAsync()).Id}", host.Operator));
        yield return Row(Revoke, 404, "there is none", "not_found", host => host.Delete($"/api/shares/{Nobody}"));

        const string Reports = "GET /api/reports";
        yield return Row(Reports, 200, "for an operator", Json, host => RouteHost.Send(HttpMethod.Get, "/api/reports", host.Operator));
        yield return Row(Reports, 400, "no such limit", "validation_failed", host => RouteHost.Send(HttpMethod.Get, "/api/reports?limit=0", host.Operator));
        yield return Row(Reports, 403, "no operator", "operators_only", host => host.Get("/api/reports"));
        const string Delete = "DELETE /api/reports/{id}";
        yield return Row(Delete, 204, "by an operator", "", async host => RouteHost.Send(HttpMethod.Delete, $"/api/reports/{await host.ReportAsync()}", host.Operator));
        yield return Row(Delete, 403, "no operator", "operators_only", host => host.Delete($"/api/reports/{Nobody}"));
        yield return Row(Delete, 404, "there is none", "not_found", host => RouteHost.Send(HttpMethod.Delete, $"/api/reports/{Nobody}", host.Operator));

        static JsonObject Days(int days) => new() { ["expiresInDays"] = days };
    }

    private static IEnumerable<RouteRow> Shared()
    {
        const string Get = "GET /api/shared/{token}";
        yield return Row(Get, 200, "a share", Json, host => Visit(host.Token), "ETag", "Cache-Control", "X-Robots-Tag", "Referrer-Policy");
        yield return Row(Get, 304, "nothing new", "", async host =>
            With(Visit(host.Token), "If-None-Match", await host.TagAsync($"/api/shared/{host.Token}")), "ETag", "Cache-Control");
        yield return Row(Get, 404, "there is none", "not_found", _ => Visit("nonsense"), "X-Robots-Tag");
        yield return Row(Get, 429, "too many requests", "rate_limited", async host => Visit(await host.SpentShareAsync()), "Retry-After");

        const string Image = "GET /api/shared/{token}/images/{index}";
        yield return Row(Image, 200, "an image", "image/png", host => Visit($"{host.Token}/images/0"), "ETag", "Cache-Control", "X-Robots-Tag");
        yield return Row(Image, 206, "a range", "image/png", host => With(Visit($"{host.Token}/images/0"), "Range", "bytes=0-7"));
        yield return Row(Image, 304, "the visitor has it", "", async host =>
            With(Visit($"{host.Token}/images/0"), "If-None-Match", await host.TagAsync($"/api/shared/{host.Token}/images/0")), "ETag", "Cache-Control");
        yield return Row(Image, 200, "a smaller copy", "image/jpeg", host => Visit($"{host.Token}/images/0?width=160"), "Vary");
        yield return Row(Image, 400, "no such width", "validation_failed", host => Visit($"{host.Token}/images/0?width=1"));
        yield return Row(Image, 404, "there is none of that number", "not_found", host => Visit($"{host.Token}/images/1"));
        yield return Row(Image, 412, "another version is asked for", "precondition_failed", host => With(Visit($"{host.Token}/images/0"), "If-Match", "\"other\""));
        yield return Row(Image, 416, "no such range", "range_not_satisfiable", host => With(Visit($"{host.Token}/images/0"), "Range", "bytes=99999999-"));
        yield return Row(Image, 422, "it is damaged", "image_not_resizable", async host =>
            Visit($"{(await host.ShareAsync(await host.DamagedAsync())).Token}/images/0?width=160"));
        yield return Row(Image, 429, "too many requests", "rate_limited", async host => Visit($"{await host.SpentShareAsync()}/images/0"), "Retry-After");

        const string Report = "POST /api/shared/{token}/report";
        yield return Row(Report, 202, "a reason", "", host => Complain(host.Token, new JsonObject { ["reason"] = "It shows my face." }));
        yield return Row(Report, 400, "no reason", "validation_failed", host => Complain(host.Token, new JsonObject { ["reason"] = " " }));
        yield return Row(Report, 404, "there is none", "not_found", _ => Complain("nonsense", new JsonObject { ["reason"] = "Mine" }));
        yield return Row(Report, 413, "too long", "body_too_large", host => Complain(host.Token, Long()));
        yield return Row(Report, 429, "too many requests", "rate_limited", async host => Complain(await host.SpentShareAsync(), new JsonObject { ["reason"] = "Mine" }), "Retry-After");

        static HttpRequestMessage Visit(string path) => RouteHost.Send(HttpMethod.Get, $"/api/shared/{path}", key: null);
        static HttpRequestMessage Complain(string token, JsonObject body) => RouteHost.Send(HttpMethod.Post, $"/api/shared/{token}/report", key: null, body);
    }

    private static IEnumerable<RouteRow> Events()
    {
        const string One = "GET /api/campaigns/{id}/events";
        yield return Row(One, 200, "from its beginning", "text/event-stream", host => host.Get($"/api/campaigns/{host.Complete}/events"));
        yield return Row(One, 400, "no position", "validation_failed", host => host.Get($"/api/campaigns/{host.Complete}/events", ("Last-Event-ID", "garbage")));
        yield return Row(One, 404, "there is none", "not_found", host => host.Get($"/api/campaigns/{Nobody}/events"));
        const string OfCaller = "GET /api/events";
        yield return Row(OfCaller, 200, "from now on", "text/event-stream", host => host.Get("/api/events"));
        yield return Row(OfCaller, 400, "no position", "validation_failed", host => host.Get("/api/events?after=-1"));

        yield return Row("GET /api/notifications", 200, "the inbox", Json, host => host.Get("/api/notifications?limit=1"));
        yield return Row("GET /api/notifications", 400, "no such limit", "validation_failed", host => host.Get("/api/notifications?limit=0"));
        const string Ack = "POST /api/notifications/ack";
        yield return Row(Ack, 204, "nothing yet", "", host => host.Post("/api/notifications/ack", new JsonObject { ["upTo"] = 0 }));
        yield return Row(Ack, 400, "what has not happened", "validation_failed", host => host.Post("/api/notifications/ack", new JsonObject { ["upTo"] = long.MaxValue }));
        yield return TooLarge(Ack, "/api/notifications/ack");
    }

    private static IEnumerable<RouteRow> Webhooks()
    {
        const string Post = "POST /api/webhooks";
        yield return Row(Post, 201, "a target outside", Json, host => host.Post("/api/webhooks", Hook("https://93.184.215.14/hook")), "Location");
        foreach (var inside in (string[])["http://127.0.0.1/", "http://10.0.0.1/", "http://169.254.169.254/latest", "http://[::ffff:127.0.0.1]/", "http://2130706433/"])
            yield return Row(Post, 400, $"a target inside: {inside}", "validation_failed", host => host.Post("/api/webhooks", Hook(inside)));
        yield return Row(Post, 400, "an invalid port", "validation_failed", host => host.Post("/api/webhooks", Hook("https://93.184.215.14:0/")));
        yield return TooLarge(Post, "/api/webhooks");
        yield return Row("GET /api/webhooks", 200, "the caller's", Json, host => host.Get("/api/webhooks"));
        const string Delete = "DELETE /api/webhooks/{id}";
        yield return Row(Delete, 204, "the caller's", "", async host => host.Delete($"/api/webhooks/{await host.WebhookAsync()}"));
        yield return Row(Delete, 404, "there is none", "not_found", host => host.Delete($"/api/webhooks/{Nobody}"));
        const string Test = "POST /api/webhooks/{id}/test";
        yield return Row(Test, 200, "the caller's", Json, async host => host.Post($"/api/webhooks/{await host.UnreachableWebhookAsync()}/test"));
        yield return Row(Test, 404, "there is none", "not_found", host => host.Post($"/api/webhooks/{Nobody}/test"));
        const string Secret = "POST /api/webhooks/{id}/secret";
        yield return Row(Secret, 200, "the caller's", Json, async host => host.Post($"/api/webhooks/{await host.WebhookAsync()}/secret"));
        yield return Row(Secret, 404, "there is none", "not_found", host => host.Post($"/api/webhooks/{Nobody}/secret"));
        const string Deliveries = "GET /api/webhooks/{id}/deliveries";
        yield return Row(Deliveries, 200, "the caller's", Json, host => host.Get($"/api/webhooks/{host.Webhook}/deliveries"));
        yield return Row(Deliveries, 404, "there is none", "not_found", host => host.Get($"/api/webhooks/{Nobody}/deliveries"));

        static JsonObject Hook(string url) => new() { ["url"] = url };
    }

    private static IEnumerable<RouteRow> Callbacks()
    {
        const string Post = "POST /api/callbacks/{provider}/{campaignId}/{part}";
        const string Report = """{"id":"job","status":"running"}""";
        yield return Row(Post, 202, "a report of a campaign that has ended", "", async host =>
        {
            var id = await host.RunningAsync();
            using var canceled = await host.Http.SendAsync(host.Post($"/api/campaigns/{id}/cancel"));
            await host.ExecuteAsync($"UPDATE campaign_images SET provider_job_id = 'job' WHERE campaign_id = '{id}'");
            return RouteHost.Report(Path(id), """{"id":"job","status":"failed"}""");
        });
        yield return Row(Post, 400, "not understood", "invalid_callback", host => RouteHost.Report(Path(host.Complete), "nonsense"));
        yield return Row(Post, 401, "signed by another", "invalid_signature", host => RouteHost.Report(Path(host.Complete), Report, secret: "other"));
        yield return Row(Post, 404, "no such campaign", "not_found", _ => RouteHost.Report(Path(Nobody), Report));
        yield return Row(Post, 401, "no such provider", "invalid_signature", host => RouteHost.Report($"/api/callbacks/openai/{host.Complete}/image/0", Report));
        yield return Row(Post, 409, "another job", "other_job", async host => RouteHost.Report(Path(await host.RunningAsync()), Report));
        yield return Row(Post, 413, "too long", "body_too_large", host =>
        {
            var request = RouteHost.Report(Path(host.Complete), Report);
            request.Content = new ByteArrayContent(new byte[Atelier.Generation.ProviderSection.DefaultCallbackLength + 1]);
            request.Headers.ExpectContinue = true;
            return request;
        });

        static string Path(string id) => $"/api/callbacks/callback/{id}/image/0";
    }

    private static IEnumerable<RouteRow> DeadLetters()
    {
        foreach ((var method, var path) in ((string, string)[])[("GET", ""), ("POST", "/replay"), ("DELETE", "")])
        {
            yield return Row($"{method} /api/dead-letters{path}", 403, "no operator", "operators_only", host => RouteHost.Send(
                HttpMethod.Parse(method), $"/api/dead-letters{path}", host.Ann, Ids()));
        }

        const string List = "GET /api/dead-letters";
        yield return Row(List, 200, "for an operator", Json, host => ByOperator(host, HttpMethod.Get, ""));
        yield return Row(List, 400, "no such kind", "validation_failed", host => ByOperator(host, HttpMethod.Get, "?kind=nonsense"));
        const string Replay = "POST /api/dead-letters/replay";
        yield return Row(Replay, 202, "some", Json, host => ByOperator(host, HttpMethod.Post, "/replay", Ids()));
        yield return Row(Replay, 400, "neither ids nor a filter", "validation_failed", host => ByOperator(host, HttpMethod.Post, "/replay", new JsonObject()));
        yield return Row(Replay, 413, "too long", "body_too_large", host => ByOperator(host, HttpMethod.Post, "/replay", Long()));
        const string Drop = "DELETE /api/dead-letters";
        yield return Row(Drop, 204, "some", "", host => ByOperator(host, HttpMethod.Delete, "", Ids()));
        yield return Row(Drop, 400, "neither ids nor a filter", "validation_failed", host => ByOperator(host, HttpMethod.Delete, "", new JsonObject()));
        yield return Row(Drop, 413, "too long", "body_too_large", host => ByOperator(host, HttpMethod.Delete, "", Long()));

        static JsonObject Ids() => new() { ["ids"] = new JsonArray(Nobody) };
        static HttpRequestMessage ByOperator(RouteHost host, HttpMethod method, string rest, JsonNode? body = null) =>
            RouteHost.Send(method, $"/api/dead-letters{rest}", host.Operator, body);
    }

    private static IEnumerable<RouteRow> Operations()
    {
        yield return Row("GET /api/me", 200, "the caller", Json, host => host.Get("/api/me"), "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "RateLimit-Policy");
        yield return Row("GET /api/health/live", 200, "it lives", Json, _ => RouteHost.Send(HttpMethod.Get, "/api/health/live", key: null), "-RateLimit-Limit");
        yield return Row("GET /api/health/ready", 200, "all is there", Json, _ => RouteHost.Send(HttpMethod.Get, "/api/health/ready", key: null));
        yield return Row("GET /api/metrics", 200, "for Prometheus", "text/plain", host => RouteHost.Send(HttpMethod.Get, "/api/metrics", host.Operator));
        yield return Row("GET /api/metrics", 403, "no operator", "operators_only", host => host.Get("/api/metrics"));
        foreach ((var operation, var path, var type) in ((string, string, string)[])
        [
            ("GET /api/openapi.json", "/api/openapi.json", Json), ("GET /api/docs", "/api/docs", "text/html"),
            ("GET /api/docs/{asset}", "/api/docs/docs.js", "text/javascript"),
        ])
        {
            yield return Row(operation, 200, "a file", type, host => host.Get(path), "ETag", "Cache-Control");
            yield return Row(operation, 304, "the caller has it", "", async host => host.Get(path, ("If-None-Match", await host.TagAsync(path))), "ETag");
            yield return Row(operation, 412, "another version is asked for", "precondition_failed", host => host.Get(path, ("If-Match", "\"other\"")));
        }
        yield return Row("GET /api/docs/{asset}", 404, "no such file", "not_found", host => host.Get("/api/docs/nothing.js"));
    }

    private static RouteRow TooLarge(string operation, string path, HttpMethod? method = null) =>
        Row(operation, 413, "too long", "body_too_large", host => RouteHost.Send(method ?? HttpMethod.Post, path, host.Ann, Long()));

    private static JsonObject Long() => new() { ["prompt"] = new string('x', 70_000) };

    private static HttpRequestMessage With(HttpRequestMessage request, string name, string value)
    {
        request.Headers.Add(name, value);
        return request;
    }

    private static RouteRow Row(
        string operation, int status, string situation, string body, Func<RouteHost, HttpRequestMessage> request, params string[] headers) =>
        new(operation, status, situation, body, headers, host => Task.FromResult(request(host)));

    private static RouteRow Row(
        string operation, int status, string situation, string body, Func<RouteHost, Task<HttpRequestMessage>> request, params string[] headers) =>
        new(operation, status, situation, body, headers, request);
}
