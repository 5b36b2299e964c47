package org.relaycontrol.webadmin;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.james.webadmin.utils.ErrorResponder.ErrorType;
import org.jspecify.annotations.Nullable;
import org.relaycontrol.format.Json;
import org.relaycontrol.james.Remark;

/**
 * A request that is not answered as it was meant. Its body is James's: {@code statusCode}, {@code type}, {@code message},
 * {@code details}; where the policy has problems also {@code problems}, each with {@code file}, {@code line} and {@code text}.
 */
final class RequestException extends RuntimeException {

    static final int BAD_REQUEST = 400;
    static final int FORBIDDEN = 403;
    static final int NOT_FOUND = 404;
    static final int CONFLICT = 409;
    static final int LENGTH_REQUIRED = 411;
    static final int PRECONDITION_FAILED = 412;
    static final int TOO_LARGE = 413;
    static final int UNSUPPORTED_MEDIA_TYPE = 415;
    static final int PRECONDITION_REQUIRED = 428;

    private static final long serialVersionUID = 1L;

    private final int status;
    private final ErrorType type;
    private final @Nullable String details;
    private final transient List<Remark> problems;

    private RequestException(int status, ErrorType type, String message, @Nullable String details, List<Remark> problems) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
        this.details = details;
        this.problems = List.copyOf(problems);
    }

    /** The request is refused whatever it says. */
    static RequestException refused(int status, String message) {
        return new RequestException(status, status == NOT_FOUND ? ErrorType.NOT_FOUND : ErrorType.INVALID_ARGUMENT, message, null,
            List.of());
    }

    /** There is no such thing. */
    static RequestException notFound(String message) {
        return refused(NOT_FOUND, message);
    }

    /** It cannot be done as things are now. */
    static RequestException wrongState(int status, String message) {
        return new RequestException(status, ErrorType.WRONG_STATE, message, null, List.of());
    }

    /** A value of the request is unusable; the details are the problem and what to write instead. */
    static RequestException unusable(String problem) {
        return new RequestException(BAD_REQUEST, ErrorType.INVALID_ARGUMENT, "Invalid arguments supplied in the user request", problem,
            List.of());
    }

    /** What is asked for gives a policy that would be refused. */
    static RequestException refusedPolicy(List<Remark> problems) {
        return new RequestException(BAD_REQUEST, ErrorType.INVALID_ARGUMENT, "The policy would be refused",
            problems.stream().map(Remark::toString).collect(Collectors.joining("\n")), problems);
    }

    int status() {
        return status;
    }

    /** The body of the answer. */
    String body() {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("statusCode", status);
        body.put("type", type.getType());
        body.put("message", getMessage());
        body.put("details", details);
        if (!problems.isEmpty()) {
            body.put("problems", RemarkJson.of(problems));
        }
        return Json.of(body);
    }
}
