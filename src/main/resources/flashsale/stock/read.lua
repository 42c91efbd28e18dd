-- Reads the book at one moment.
--
-- KEYS  state (hash), buyers (set)
-- Reply {epoch, seq, left, buyers}; {} when there is no book, or nonsense instead of one

local function is_whole(text)
  return text and #text <= 18 and (text == '0' or string.find(text, '^[1-9]%d*$') ~= nil)
end

if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then return {} end
local kind = redis.call('TYPE', KEYS[2]).ok
if kind ~= 'set' and kind ~= 'none' then return {} end

local stored = redis.call('HMGET', KEYS[1], 'epoch', 'seq', 'left')
for i = 1, 3 do
  if not is_whole(stored[i]) then return {} end
end
return {stored[1], stored[2], stored[3], string.format('%.0f', redis.call('SCARD', KEYS[2]))}
