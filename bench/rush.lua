-- Each connection signs another customer in, one after the other over WITHIN milliseconds from the time AT (milliseconds since 1970), and
-- asks no second time: wrk is a crowd that asks faster than a program in Node can. Says how long it took them to ask, how many were
-- answered with 4xx or 5xx, and percentiles of these (those let in wait for the hasher: all of them are taken to be slower), in milliseconds.
local ffi = require("ffi")
ffi.cdef [[ typedef struct { long seconds; long micros; } moment; int gettimeofday(moment *now, void *zone); ]]
local moment = ffi.new("moment")
local function now()
  ffi.C.gettimeofday(moment, nil)
  return tonumber(moment.seconds) * 1000 + tonumber(moment.micros) / 1000
end

local count, at, within = tonumber(os.getenv("COUNT")), tonumber(os.getenv("AT")), tonumber(os.getenv("WITHIN"))
local NEVER = 1000000
local forms, delayed, asked, first = {}, 0, 0, 0

function init()
  local form = "_csrf=" .. os.getenv("TOKEN") .. "&password=" .. os.getenv("PASSWORD") .. "&login=c"
  for n = 0, count do
    -- each has his own address, as behind a CDN
    local address = string.format("127.0.%d.%d", 1 + math.floor(n / 128), 1 + n % 128)
    local headers = {
      ["Content-Type"] = "application/x-www-form-urlencoded",
      ["Accept-Encoding"] = "gzip",
      ["Cookie"] = os.getenv("COOKIE"),
      ["X-Forwarded-For"] = address,
    }
    forms[n] = wrk.format("POST", nil, headers, form .. n)
  end
end

function delay()
  delayed = delayed + 1
  return delayed > count and NEVER or math.max(0, math.floor(at + within * delayed / count - now()))
end

-- The first call is wrk's own, which wants to know what it is going to send.
function request()
  if asked == 1 then first = now() end
  local form = forms[math.max(0, asked - 1)]
  if asked == count then print("asked", now() - first) end
  asked = asked + 1
  return form
end

function done(summary, latency)
  local refused = summary.errors.status
  local of = function(part) return latency:percentile(100 * part * refused / summary.requests) / 1000 end
  print("answered", summary.requests)
  print("refused", refused)
  print("p50", of(0.5))
  print("p99", of(0.99))
  print("last", latency.max / 1000)
end
