-- Written by mailstead: changes made here by hand are found and undone.
-- What people who signed in may send: under their own addresses only, and not without end. One process scans,
-- so its memory is the place to count.
local BURST, PER_HOUR = 200, 600
local SENDERS = '/etc/postfix/mailstead/senders' -- address, tab, logins; Postfix reads it for the envelope
local buckets = {}
local util = require 'rspamd_util'

local function owners(address)
  local plain = address:gsub('^([^@+]+)%+[^@]*', '%1')
  local found = {}
  for line in io.lines(SENDERS) do
    local key, logins = line:match('^([^\t]+)\t(.*)$')
    found[key or ''] = logins
  end
  return found[address] or found[plain] or ''
end

local function owns(login, address)
  return (', ' .. owners(address:lower()) .. ','):find(', ' .. login .. ',', 1, true) ~= nil
end

local function spent(login, now, count)
  local bucket = buckets[login] or { level = 0, at = now }
  local level = math.max(0, bucket.level - (now - bucket.at) * PER_HOUR / 3600)
  local over = level + count > BURST
  buckets[login] = { level = over and level or level + count, at = now }
  return over
end

-- The addresses as they stand in the header: Rspamd's own reading of them has lost its tags.
local function written(task)
  local found = {}
  for _, header in ipairs(task:get_header_full('From') or {}) do
    for _, author in ipairs(util.parse_mail_address(header.value, task:get_mempool()) or {}) do
      table.insert(found, author)
    end
  end
  return found
end

rspamd_config:register_symbol {
  name = 'MAILSTEAD_SUBMISSION',
  type = 'prefilter',
  priority = 9,
  callback = function(task)
    local login = task:get_user()
    if not login then return end
    login = login:lower()
    local authors = written(task)
    for _, author in ipairs(authors) do
      if not owns(login, author.addr) then
        task:set_pre_result('reject', 'From: ' .. author.addr .. ' is not an address of ' .. login, 'mailstead')
        return
      end
    end
    if #authors == 0 then
      task:set_pre_result('reject', 'there is no From:', 'mailstead')
    elseif spent(login, task:get_timeval(true), #(task:get_recipients('smtp') or {})) then
      task:set_pre_result('soft reject', 'You have sent too much; try again later', 'mailstead')
    end
  end,
}
