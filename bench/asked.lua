-- Asks as another customer each time: the lines of the file that ASKED names are one request header each.
local lines, at = {}, 0
local name = os.getenv("ASKED_HEADER")
for line in io.lines(os.getenv("ASKED")) do lines[#lines + 1] = line end
request = function()
  at = at % #lines + 1
  wrk.headers[name] = lines[at]
  return wrk.format()
end
